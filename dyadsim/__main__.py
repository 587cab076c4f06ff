"""`python -m dyadsim`: the same as the command `dyadsim`."""

import sys

from dyadsim.cli.main import main

sys.exit(main())
