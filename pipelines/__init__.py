"""kyoso (共創): from received files to a released warehouse and an evaluation report."""
