"""``python -m idp.cli.program``: the command line without its script, for children of ``serve``."""

from idp.cli.main import main

main()
