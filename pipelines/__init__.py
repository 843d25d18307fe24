"""kyoso (共創): from received files to a released warehouse and an evaluation report."""

import os

# Decides what openpyxl parses workbooks with, at its first import: with lxml (which python-docx brings) it would
# leave defusedxml aside, and a workbook from outside could name entities and files.
os.environ["OPENPYXL_LXML"] = "False"
