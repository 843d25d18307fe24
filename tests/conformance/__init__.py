"""Files written by nobody in this project."""
