"""The command line: `python -m course_lib check | demo | train | page`."""
