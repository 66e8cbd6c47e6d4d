"""The steps of a login, one file each: a page to show, and a form to take.

A step does one thing, writes the login and goes back to the router; it never decides what comes next. It
goes back by a redirect, or by giving the context as it stands now.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from flask import Response

from idp.login.context import Context
from idp.login.flow import Facts, Step
from idp.login.steps import consent, enrol, first_factor, second_factor


class StepView(NamedTuple):
    """A step's two halves. Both are told what stands behind the step's name in the path."""

    show: Callable[[Context, Facts, str], Response]
    submit: Callable[[Context, Facts, str], Response | Context]  # a form that is known to be ours


STEPS: Mapping[str, StepView] = {
    Step.FIRST_FACTOR.value: StepView(first_factor.show, first_factor.submit),
    Step.SECOND_FACTOR.value: StepView(second_factor.show, second_factor.submit),
    Step.ENROL.value: StepView(enrol.show, enrol.submit),
    Step.CONSENT.value: StepView(consent.show, consent.submit),
}
