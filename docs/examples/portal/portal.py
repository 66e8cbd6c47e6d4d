"""Library Portal: a SAML service provider to try Doorward with.

The command line and the server. The pages are in views.py, SAML is in service_provider.py.
"""

import argparse
import signal
import threading
from pathlib import Path

STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM}


def main() -> None:
    arguments = command_line().parse_args()
    # Blocked before the slow imports below, so that a Ctrl-C during start-up ends quietly, too.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    serve_until_told_to_stop(arguments)


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="portal.py", description="Library Portal, a SAML demo portal.")
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    parser.add_argument(
        "--base-url", required=True, help="what browsers call it: http://portal.localhost:PORT"
    )
    parser.add_argument("--idp-metadata", required=True, metavar="URL_OR_FILE", help="read at first need")
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="keeps the portal's signing key"
    )
    return parser


def serve_until_told_to_stop(arguments: argparse.Namespace) -> None:
    from werkzeug.serving import WSGIRequestHandler, make_server

    from idp_metadata import IdpMetadata
    from service_provider import ServiceProvider
    from signing_key import load_or_make
    from views import create_app

    class QuietRequests(WSGIRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing: a demo speaks up when something is wrong only."""

    provider = ServiceProvider(
        base_url=arguments.base_url.rstrip("/"),
        idp=IdpMetadata(arguments.idp_metadata),
        key=load_or_make(arguments.data, subject="Library Portal"),
    )
    server = make_server(
        "127.0.0.1", arguments.port, create_app(provider), threaded=True, request_handler=QuietRequests
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    signal.sigwait(STOP_SIGNALS)


if __name__ == "__main__":
    main()
