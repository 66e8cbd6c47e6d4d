"""What the tests stand on: throw-away servers, a browser, and programs that judge our output.

Every server listens on 127.0.0.1, on a port chosen when it starts, with data of its own below the
folder of the run (`run.py`); the system's own instance is never touched. `processes.py` starts them
so that they end with the run, even when the run is killed. The fixtures that hand these out are in
`tests/conftest.py` (databases, mail, certificates) and `tests/world/conftest.py` (Apache, Chromium);
nothing starts before a test asks for it.
"""
