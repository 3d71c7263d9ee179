#!/usr/bin/env python3
"""Set up Hepalith in this folder and run its tests. Needs only Python, and may be run again at any time.

python3 packaging/test.py                 set up (the first time) and run every test
python3 packaging/test.py -- -k note -x   what stands after -- goes to pytest
python3 packaging/test.py --setup-only    only set up
"""

import sys

import setup_environment

if __name__ == "__main__":
    sys.exit(setup_environment.main("test", sys.argv[1:]))
