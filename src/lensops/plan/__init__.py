"""Plan: what would change, as values that know no screen, no network and no git."""

from typing import TYPE_CHECKING

from lensops.lazy import load_names

if TYPE_CHECKING:
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

__getattr__ = load_names(
    __name__,
    {
        "change": ("Action", "Change", "Kind"),
        "compare": ("changes",),
        "status": (
            "Hotfix",
            "PromptStatus",
            "State",
            "TargetStatus",
            "prompt_states",
            "release_state",
        ),
        "value": ("Plan", "TargetPlan", "make"),
    },
)
