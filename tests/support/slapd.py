"""A throw-away OpenLDAP server with people in it, one branch of it shaped like Active Directory."""

import base64
import os
import re
import signal
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import processes
from tests.support.certificates import Authority, ServerCertificate
from tests.support.ports import free_port, listening
from tests.support.processes import Process
from tests.support.programs import program
from tests.support.run import Run

SUFFIX = "dc=example,dc=org"
PEOPLE = f"ou=people,{SUFFIX}"
WINDOWS = f"ou=windows,{SUFFIX}"
SERVICE, SERVICE_PASSWORD = f"cn=service,{SUFFIX}", "service password"
ROOT, ROOT_PASSWORD = f"cn=root,{SUFFIX}", "root password"

# The same server always gives the same ids, so that a second one can stand in for the first.
_IDS = uuid.UUID("6f2cf7a4-7f0a-4c8e-9d63-6b6f1f6a9d10")

CONFIGURATION = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
{windows_schema}
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
argsfile {folder}/arguments
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
sizelimit unlimited
{options}
database mdb
suffix "{suffix}"
rootdn "{root}"
rootpw "{root_password}"
directory {folder}/data
maxsize 268435456
dbnosync
index objectClass,uid,mail,entryUUID,sAMAccountName,objectGUID eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{service}" read by * none
"""

# The names and object ids are Microsoft's, as published in [MS-ADA1] to [MS-ADA3] and [MS-ADSC].
WINDOWS_SCHEMA = """\
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch
  SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.656 NAME 'userPrincipalName' EQUALITY caseIgnoreMatch
  SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.782 NAME 'objectCategory' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.2.102 NAME 'memberOf' EQUALITY distinguishedNameMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 )
objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP organizationalPerson STRUCTURAL
  MAY ( objectGUID $ userAccountControl $ sAMAccountName $ userPrincipalName $ objectCategory $ memberOf
    $ givenName $ displayName $ mail ) )
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the directory."""

    dn: str
    attributes: Mapping[str, str | bytes | tuple[str, ...]]

    def ldif(self) -> str:
        """As LDIF, with an entryUUID that is always the same for a DN."""
        lines = [f"dn: {self.dn}" if self.dn.isascii() else f"dn:: {_base64(self.dn.encode())}"]
        for name, values in {**self.attributes, "entryUUID": unique_id(self.dn)}.items():
            for value in values if isinstance(values, tuple) else (values,):
                raw = value if isinstance(value, bytes) else value.encode()
                lines.append(f"{name}:: {_base64(raw)}")
        return "\n".join(lines) + "\n"


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def unique_id(dn: str) -> str:
    """The entryUUID of an entry that was there from the start."""
    return str(uuid.uuid5(_IDS, dn))


def person(uid: str, given_name: str, family_name: str, **more: str) -> Entry:
    """An inetOrgPerson whose password is `<uid> password`."""
    attributes = {
        "objectClass": "inetOrgPerson",
        "uid": uid,
        "cn": f"{given_name} {family_name}",
        "sn": family_name,
        "givenName": given_name,
        "displayName": f"{given_name} {family_name}",
        "mail": f"{uid}@example.org",
        "userPassword": f"{uid} password",
    }
    return Entry(f"uid={uid},{PEOPLE}", {**attributes, **more})


def windows_user(name: str, given_name: str, family_name: str, control: int, **more: str) -> Entry:
    """A user as Active Directory keeps one; the password is `<name> password`."""
    dn = f"cn={given_name} {family_name},{WINDOWS}"
    attributes: dict[str, str | bytes | tuple[str, ...]] = {
        "objectClass": "user",
        "objectCategory": "person",
        "cn": f"{given_name} {family_name}",
        "sn": family_name,
        "givenName": given_name,
        "displayName": f"{given_name} {family_name}",
        "sAMAccountName": name,
        "userPrincipalName": f"{name}@corp.example.org",
        "mail": f"{given_name}.{family_name}@example.org",
        "objectGUID": uuid.UUID(unique_id(dn)).bytes_le,
        "userAccountControl": str(control),
        "memberOf": (f"cn=Staff,{WINDOWS}", f"cn=VPN,{WINDOWS}"),
        "userPassword": f"{name} password",
    }
    return Entry(dn, {**attributes, **more})


ALICE = person("alice", "Alice", "Archer", telephoneNumber="+49 30 1234567")
BOB = person("bob", "Bob", "Baker")
ZOE = person("zoë", "Zoë", "Zimmermann", mail="zoe@example.org")
DAVE = person("dave", "Dave", "Dunn", employeeType="suspended")
ERIN = person("erin", "Erin", "Eames", mail="team@example.org")
FRANK = person("frank", "Frank", "Fry", mail="team@example.org")
WALT = windows_user("walt", "Walt", "White", 512)  # NORMAL_ACCOUNT
WANDA = windows_user("wanda", "Wanda", "Wood", 514)  # NORMAL_ACCOUNT | ACCOUNTDISABLE

ENTRIES = (
    Entry(SUFFIX, {"objectClass": ("dcObject", "organization"), "dc": "example", "o": "Example"}),
    Entry(PEOPLE, {"objectClass": "organizationalUnit", "ou": "people"}),
    Entry(WINDOWS, {"objectClass": "organizationalUnit", "ou": "windows"}),
    Entry(
        SERVICE,
        {"objectClass": ("organizationalRole", "simpleSecurityObject"), "userPassword": SERVICE_PASSWORD},
    ),
    *(ALICE, BOB, ZOE, DAVE, ERIN, FRANK, WALT, WANDA),
)


def crowd(count: int) -> tuple[Entry, ...]:
    """`count` more people, `person0000` and so on."""
    return tuple(person(f"person{number:04}", "Person", f"Number {number:04}") for number in range(count))


@dataclass(slots=True)
class Slapd:
    """A server on loopback ports of its own; see `slapd`."""

    folder: Path
    run: Run
    authority: Authority
    certificate: ServerCertificate
    options: str = ""  # more lines of its configuration
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    _process: Process | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """Plain, and StartTLS."""
        return f"ldap://localhost:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"ldaps://localhost:{self.tls_port}"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def settings(self, **changes: object) -> dict[str, object]:
        """Settings of an LDAP resolver that has this server only."""
        settings: dict[str, object] = {
            "servers": [self.tls_url],
            "ca_file": str(self.authority.certificate),
            "bind_dn": SERVICE,
            "base_dn": PEOPLE,
            "login_attributes": ["uid", "mail"],
            "disabled": {"attribute": "employeeType", "values": ["suspended"]},
        }
        return settings | changes

    def fill(self, entries: tuple[Entry, ...]) -> None:
        """Load entries into the stopped server."""
        (self.folder / "data").mkdir(exist_ok=True)
        configuration = CONFIGURATION.format(
            folder=self.folder,
            windows_schema=WINDOWS_SCHEMA,
            certificate=self.certificate.certificate,
            key=self.certificate.key,
            options=self.options,
            suffix=SUFFIX,
            root=ROOT,
            root_password=ROOT_PASSWORD,
            service=SERVICE,
        )
        self._configuration.write_text(configuration)
        ldif = "\n".join(entry.ldif() for entry in entries)
        command = [program("slapadd"), "-q", "-f", str(self._configuration)]
        subprocess.run(command, input=ldif, text=True, check=True, capture_output=True)

    def start(self) -> None:
        """Returns when it answers."""
        urls = f"ldap://127.0.0.1:{self.port}/ ldaps://127.0.0.1:{self.tls_port}/"
        command = [program("slapd"), "-d", "stats", "-h", urls, "-f", str(self._configuration)]
        self._process = processes.start(command, self.log, owner=self.run.controller)
        self._process.wait_until(lambda: self._pid_file.exists() and listening(self.tls_port))

    def stop(self) -> None:
        """End it; `start` brings it back on the same ports with the same people."""
        if self._process is not None:
            self.resume()
            self._process.stop()
            self._process = None

    def pause(self) -> None:
        """From now on it accepts connections and says nothing. Returns when its last thread stands still."""
        assert self._process is not None
        os.kill(self._pid, signal.SIGSTOP)
        threads = Path(f"/proc/{self._pid}/task")
        self._process.wait_until(
            lambda: all(
                (thread / "stat").read_text().rpartition(") ")[2].startswith("T")
                for thread in threads.iterdir()
            )
        )

    def resume(self) -> None:
        """After `pause`: it answers what was asked meanwhile."""
        os.kill(self._pid, signal.SIGCONT)

    def position(self) -> int:
        """Where the log ends now: for `logged`."""
        return len(self.log.read_text(errors="replace"))

    def logged(self, pattern: str, since: int = 0, count: int = 1) -> list[str]:
        """What the first group of `pattern` matched in the log, once it did `count` times."""
        assert self._process is not None
        matcher = re.compile(pattern, re.MULTILINE)

        def matches() -> list[str]:
            return matcher.findall(self.log.read_text(errors="replace")[since:])

        self._process.wait_until(lambda: len(matches()) >= count, within=10)
        return matches()

    def searches(self, since: int = 0, count: int = 1) -> list[str]:
        """The filters of at least `count` searches, as the server understood them."""
        return self.logged(r'SRCH base=.* filter="(.*)"$', since, count)

    def change(self, ldif: str) -> None:
        """Apply LDIF change records (RFC 2849)."""
        who = ["-H", f"ldap://127.0.0.1:{self.port}", "-x", "-D", ROOT, "-w", ROOT_PASSWORD]
        subprocess.run([program("ldapmodify"), *who], input=ldif, text=True, check=True, capture_output=True)

    @property
    def _configuration(self) -> Path:
        return self.folder / "slapd.conf"

    @property
    def _pid(self) -> int:
        return int(self._pid_file.read_text())

    @property
    def _pid_file(self) -> Path:
        return self.folder / "pid"


@contextmanager
def slapd(
    run: Run,
    authority: Authority,
    *,
    certificate: ServerCertificate | None = None,
    options: str = "",
    entries: tuple[Entry, ...] = ENTRIES,
) -> Iterator[Slapd]:
    """A running server that holds `entries`, with `certificate` or a right one of `authority`."""
    certificate = certificate or authority.issue("localhost", "127.0.0.1")
    server = Slapd(run.new_folder("slapd"), run, authority, certificate, options)
    server.fill(entries)
    server.start()
    try:
        yield server
    finally:
        server.stop()
