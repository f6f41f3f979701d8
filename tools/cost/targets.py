"""What the cost should be, and by how much it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.cost.figures import AT_CADENCE, BACK_TO_BACK
from tools.cost.hop_parts import MODEL, PAPER_WHOLE, WHOLE

SHIPPED_RUNTIME = "ncnn"  # what Home Assistant installs with the integration


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A target, what was measured (None: it could not be) and what stands in the way when it is missed."""

    what: str
    target: float
    unit: str
    measured: float | None
    at_least: bool = False
    reason: str

    @property
    def met(self) -> bool:
        """Return whether the target is reached."""
        if self.measured is None:
            return False
        return self.measured >= self.target if self.at_least else self.measured <= self.target

    @property
    def share(self) -> float | None:
        """Return how many times the target is used up: 1 just meets it, 2 is twice too much."""
        if not self.measured:
            return None
        return self.target / self.measured if self.at_least else self.measured / self.target


def verdicts(figures: Mapping[str, Any]) -> list[Verdict]:
    """Judge the figures of the runtime that ships.

    A limit is compared with runs back to back; of the shares of the paper's pipeline the worse counts.
    """
    model, whole = f"{MODEL}, {SHIPPED_RUNTIME}", f"{WHOLE}, {SHIPPED_RUNTIME}"
    cameras, home = figures["cameras"][SHIPPED_RUNTIME], figures["home"]
    first, further = added_to_home(home)
    loop = home.get("loop_ms", {}).get("mean")
    return [
        Verdict(
            what="model ÷ arithmetic limit",
            target=1.2,
            unit="×",
            measured=figures["timings"][BACK_TO_BACK][model]["median_ms"]
            / figures["work"]["model"]["least_ms"],
            reason="the limit counts products alone at the speed of one large matrix product; the network is made of "
            "some sixty small layers, and a good third of its time is their matrix products "
            "([what was tried](decisions.md#the-network-as-it-is-takes-twice-its-arithmetic))",
        ),
        Verdict(
            what="whole hop ÷ the paper's pipeline",
            target=0.03,
            unit="×",
            measured=max(
                timing[whole]["median_ms"] / timing[PAPER_WHOLE]["median_ms"]
                for timing in (figures["timings"][m] for m in (BACK_TO_BACK, AT_CADENCE))
            ),
            reason="the model hears 1.92 s in 128 bands where VGGish hears 0.96 s in 64, which is four times the input",
        ),
        Verdict(
            what="cameras a core (G.711 at 8 kHz, simulated), in quiet rooms",
            target=800,
            unit="",
            measured=cameras["quiet_load"]["cameras_per_core"],
            at_least=True,
            reason="800 cameras leave 0.6 ms for all of a hop, and its packets, spectra and the model's looks "
            "now and then are more",
        ),
        Verdict(
            what="the same where every hop is scored",
            target=800,
            unit="",
            measured=cameras["load"]["cameras_per_core"],
            at_least=True,
            reason="most of a hop is the model then (see the parts below)",
        ),
        Verdict(
            what="memory over bare Home Assistant, first camera",
            target=45,
            unit="MB",
            measured=first,
            reason="the runtime, the model and its working memory come with the first camera",
        ),
        Verdict(
            what="memory of each further camera",
            target=2,
            unit="MB",
            measured=further,
            reason="a camera has two threads, each with the allocator's own arena, FFmpeg's connection, 5.8 s of "
            "sound, buffers for its spectra, and its entities",
        ),
        Verdict(
            what="Home Assistant's event loop, a hop",
            target=0.1,
            unit="ms",
            measured=loop,
            reason="a sound that starts or ends writes the state of the camera's entities",
        ),
        Verdict(
            what=f"99th percentile of a hop, {cameras['latency']['cameras']} cameras on "
            f"{cameras['latency']['cores']} cores",
            target=48,
            unit="ms",
            measured=cameras["latency"]["p99_ms"],
            reason="cameras whose hops fall together wait for one another",
        ),
        Verdict(
            what="first score after the first packet",
            target=1,
            unit="s",
            measured=figures["start_up_seconds"]["first score"],
            reason="a window needs 0.975 s of sound, which a camera sends in 0.975 s",
        ),
    ]


def added_to_home(home: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Return what the first camera and each further one add to Home Assistant's memory."""
    if "missing" in home:
        return None, None
    resident = home["resident_mb"]
    return (
        resident["first camera"] - resident["bare"],
        (resident["further cameras"] - resident["first camera"]) / home["further_cameras"],
    )
