"""One-time passwords by the program `oathtool`: an implementation that is not ours."""

import subprocess
from datetime import datetime

from tests.support.programs import program


def totp(secret: bytes, at: datetime, *, digits: int = 6, period: int = 30, algorithm: str = "sha1") -> str:
    """The TOTP value at the aware time `at` (RFC 6238); `period` in seconds."""
    now = at.strftime("%Y-%m-%d %H:%M:%S %z")
    return run(
        f"--totp={algorithm}",
        f"--digits={digits}",
        f"--time-step-size={period}s",
        f"--now={now}",
        secret=secret,
    )


def hotp(secret: bytes, counter: int, *, digits: int = 6) -> str:
    """The HOTP value at `counter` (RFC 4226)."""
    return run("--hotp", f"--digits={digits}", f"--counter={counter}", secret=secret)


def run(*options: str, secret: bytes) -> str:
    command = [program("oathtool"), *options, "-"]  # the secret by standard input, not for `ps` to show
    answer = subprocess.run(command, input=secret.hex(), text=True, check=True, capture_output=True)
    return answer.stdout.strip()
