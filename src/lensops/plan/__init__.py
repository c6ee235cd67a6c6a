"""Plan: what would change, as values that know no screen, no network and no git."""

from lensops.plan.change import Action, Change, Kind
from lensops.plan.compare import changes
from lensops.plan.status import (
    Hotfix,
    PromptStatus,
    State,
    TargetStatus,
    prompt_states,
    release_state,
)
from lensops.plan.value import Plan, TargetPlan, make

__all__ = [
    "Action",
    "Change",
    "Hotfix",
    "Kind",
    "Plan",
    "PromptStatus",
    "State",
    "TargetPlan",
    "TargetStatus",
    "changes",
    "make",
    "prompt_states",
    "release_state",
]
