"""`python -m course_lib`: hands over to the command line in `cli`."""

import sys

from course_lib.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
