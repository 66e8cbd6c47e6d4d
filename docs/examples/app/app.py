"""Reading List: an OpenID Connect relying party to try Doorward with.

The command line and the server. The pages are in views.py, OpenID Connect is in relying_party.py.
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
    parser = argparse.ArgumentParser(prog="app.py", description="Reading List, an OpenID Connect demo app.")
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    parser.add_argument("--base-url", required=True, help="what browsers call it: http://app.localhost:PORT")
    parser.add_argument("--issuer", required=True, help="the provider; discovery happens at first need")
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--client-secret-file", type=Path, required=True, help="read at first need")
    return parser


def serve_until_told_to_stop(arguments: argparse.Namespace) -> None:
    from werkzeug.serving import WSGIRequestHandler, make_server

    from relying_party import Registration
    from views import create_app

    class QuietRequests(WSGIRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing: a demo speaks up when something is wrong only."""

    registration = Registration(
        base_url=arguments.base_url.rstrip("/"),
        issuer=arguments.issuer,
        client_id=arguments.client_id,
        client_secret_file=arguments.client_secret_file,
    )
    server = make_server(
        "127.0.0.1", arguments.port, create_app(registration), threaded=True, request_handler=QuietRequests
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    signal.sigwait(STOP_SIGNALS)


if __name__ == "__main__":
    main()
