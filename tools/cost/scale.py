"""What many cameras would cost, by the measured figures and assumed prices."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from tools.cost.targets import SHIPPED_RUNTIME, added_to_home

CAMERAS = (1, 10, 100, 1_000, 10_000)
HOURS_A_YEAR = 24 * 365.25
# G.711 is 64 kbit/s; a packet of 20 ms has 160 bytes of sound and 16 + 20 + 20 of RTP in TCP over IP.
LINE_MBIT_PER_S = 0.064 * (160 + 56) / 160


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """What is assumed, not measured; prices without tax, in euros."""

    busy_share: float = 0.6  # of a core that may be used, so that bursts are no backlog
    machine_cores: int = 4
    machine_gb: float = 8.0
    machine_price: float = 120.0
    machine_years: float = 5.0
    machine_idle_watts: float = 3.0
    watts_per_busy_core: float = 1.5
    price_per_kwh: float = 0.30


@dataclass(frozen=True, kw_only=True, slots=True)
class Fleet:
    """What so many cameras need, and what they cost in a year."""

    cameras: int
    busy_cores: float
    processes: int
    machines: int
    memory_mb: float
    network_mbit_per_s: float
    machines_per_year: float
    energy_per_year: float

    @property
    def per_camera(self) -> float:
        """Return the cost of a camera in a year."""
        return (self.machines_per_year + self.energy_per_year) / self.cameras


def fleet(figures: Mapping[str, Any], cameras: int, prices: Prices) -> Fleet:
    """Plan for so many cameras.

    One process for each core that is kept busy, as a process's threads take turns in Python.
    """
    per_core = figures["cameras"][SHIPPED_RUNTIME]["load"]["cameras_per_core"]
    first_mb, further_mb = added_mb(figures)
    busy_cores = cameras / per_core
    processes = ceil(busy_cores / prices.busy_share)
    memory_mb = processes * first_mb + (cameras - processes) * further_mb
    machines = max(
        ceil(processes / prices.machine_cores), ceil(memory_mb / (1e3 * prices.machine_gb))
    )
    watts = machines * prices.machine_idle_watts + busy_cores * prices.watts_per_busy_core
    return Fleet(
        cameras=cameras,
        busy_cores=busy_cores,
        processes=processes,
        machines=machines,
        memory_mb=memory_mb,
        network_mbit_per_s=cameras * LINE_MBIT_PER_S,
        machines_per_year=machines * prices.machine_price / prices.machine_years,
        energy_per_year=_energy_price(watts, prices),
    )


def added_mb(figures: Mapping[str, Any]) -> tuple[float, float]:
    """Return what the first and each further camera take, in Home Assistant or else in a plain process."""
    first, further = added_to_home(figures["home"])
    if first is not None and further is not None:
        return first, further
    resident = figures["memory"]["resident_mb"]
    cameras = figures["memory"]["further_cameras"]
    return (
        resident["first camera"] - resident["bare"],
        (resident["further cameras"] - resident["first camera"]) / cameras,
    )


def energy_price(figures: Mapping[str, Any], prices: Prices) -> float:
    """Return what the energy of the cores that one camera keeps busy costs in a year."""
    per_core = figures["cameras"][SHIPPED_RUNTIME]["load"]["cameras_per_core"]
    return _energy_price(prices.watts_per_busy_core / per_core, prices)


def _energy_price(watts: float, prices: Prices) -> float:
    return watts * HOURS_A_YEAR / 1e3 * prices.price_per_kwh
