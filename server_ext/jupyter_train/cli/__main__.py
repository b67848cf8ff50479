"""`python -m jupyter_train.cli`, for where no script is installed."""

import sys

from .command import main

sys.exit(main())
