"""`python -m hepalith`."""

import sys

from hepalith.app.main import main

sys.exit(main())
