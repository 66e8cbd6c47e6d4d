"""A throw-away Apache with mod_auth_mellon and mod_auth_openidc: the relying parties of other people."""

import signal
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import processes
from tests.support.certificates import Authority
from tests.support.ports import free_port, listening
from tests.support.processes import Process
from tests.support.programs import program
from tests.support.run import Run

SYSTEM_USER = "www-data"

# What the two need, and what a test page needs that shows who is logged in.
MODULES = {
    "mpm_event_module": program("mod_mpm_event.so"),
    "authn_core_module": program("mod_authn_core.so"),
    "authz_core_module": program("mod_authz_core.so"),
    "authz_user_module": program("mod_authz_user.so"),
    "alias_module": program("mod_alias.so"),
    "dir_module": program("mod_dir.so"),
    "env_module": program("mod_env.so"),
    "headers_module": program("mod_headers.so"),
    "include_module": program("mod_include.so"),
    "mime_module": program("mod_mime.so"),
    "setenvif_module": program("mod_setenvif.so"),
    "socache_shmcb_module": program("mod_socache_shmcb.so"),
    "ssl_module": program("mod_ssl.so"),
    "auth_mellon_module": program("mod_auth_mellon.so"),
    "auth_openidc_module": program("mod_auth_openidc.so"),
}

CONFIGURATION = """\
ServerRoot "{folder}"
ServerName localhost
PidFile "{folder}/pid"
DefaultRuntimeDir "{folder}"
{load_modules}
{user}
Listen 127.0.0.1:{http_port}
Listen 127.0.0.1:{https_port} https
StartServers 1
ThreadsPerChild 16
MaxRequestWorkers 64
ErrorLog "{folder}/error.log"
LogLevel info
TypesConfig /dev/null
AddType text/html .html
AddOutputFilter INCLUDES .html
DocumentRoot "{folder}/pages"
<Directory "{folder}/pages">
    Options +Includes
    Require all granted
</Directory>
SSLSessionCache none
<VirtualHost 127.0.0.1:{https_port}>
    SSLEngine on
    SSLCertificateFile "{certificate}"
    SSLCertificateKeyFile "{key}"
{configuration}
</VirtualHost>
<VirtualHost 127.0.0.1:{http_port}>
{configuration}
</VirtualHost>
"""


@dataclass(slots=True)
class Apache:
    """One server, on its two ports from the moment it is made, answering from `serve` to `stop`.

    Files of a test's configuration belong into `folder`, which the server's user can read.
    A page may show the server's variables: `page("in.html", '<!--#echo var="REMOTE_USER" -->')`.
    """

    run: Run
    authority: Authority
    names: tuple[str, ...] = ("portal.localhost", "app.localhost", "localhost", "127.0.0.1")
    http_port: int = field(default_factory=free_port)
    https_port: int = field(default_factory=free_port)
    folder: Path = field(init=False)
    process: Process | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.folder = self.run.new_folder("apache", SYSTEM_USER)
        (self.folder / "pages").mkdir()

    def page(self, name: str, html: str) -> None:
        """Write a page below the document root; server-side includes in it are obeyed."""
        path = self.folder / "pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html)

    def serve(self, configuration: str = "") -> None:
        """Start, or start anew, with `configuration` inside both virtual hosts. Raises ServerFailed."""
        self.stop()
        (self.folder / "apache.conf").write_text(self._configuration(configuration))
        process = processes.start(
            [program("apache2"), "-f", self.folder / "apache.conf", "-DFOREGROUND"],
            self.folder / "output.log",
            owner=self.run.controller,
            stop_signal=signal.SIGTERM,
        )
        process.wait_until(lambda: listening(self.http_port) and listening(self.https_port))
        self.process = process

    def stop(self) -> None:
        """Stop answering."""
        if self.process:
            self.process.stop()
            self.process = None

    def errors(self) -> str:
        """The server's own error log."""
        return (self.folder / "error.log").read_text(errors="replace")

    def _configuration(self, configuration: str) -> str:
        certificate = self.authority.issue(*self.names)
        return CONFIGURATION.format(
            folder=self.folder,
            load_modules="\n".join(f"LoadModule {name} {path}" for name, path in MODULES.items()),
            user=f"User {SYSTEM_USER}\nGroup {SYSTEM_USER}" if self.folder.owner() == SYSTEM_USER else "",
            http_port=self.http_port,
            https_port=self.https_port,
            certificate=certificate.certificate,
            key=certificate.key,
            configuration=configuration,
        )
