"""${message}"""

import sqlalchemy as sa
from alembic import op
from mfa_engine.storage import base

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
