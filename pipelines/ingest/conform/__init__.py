"""From a grid as read to typed rows and findings: every row ends up in one or the other."""
