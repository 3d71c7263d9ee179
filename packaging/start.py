#!/usr/bin/env python3
"""Set up Hepalith in this folder and start it. Needs only Python, and may be run again at any time.

python3 packaging/start.py                set up (the first time) and open the window
python3 packaging/start.py -- CASE        what stands after -- goes to the program
python3 packaging/start.py --setup-only   only set up
python3 packaging/start.py --headless     no window: assess the example cases and write their notes
"""

import sys

import setup_environment

if __name__ == "__main__":
    sys.exit(setup_environment.main("start", sys.argv[1:]))
