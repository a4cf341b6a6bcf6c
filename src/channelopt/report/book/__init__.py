"""The workbook of a run; see `book`."""
