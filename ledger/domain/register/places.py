"""Places (地方): the tree of parks and the successions of region codes, as known at a position."""

from dataclasses import dataclass, field, replace

from ledger.domain.events import Event, ParkDated, ParkMoved, ParkRegistered
from ledger.domain.register import parks, regions
from ledger.domain.register.parks import Parks
from ledger.domain.register.regions import Regions


@dataclass(frozen=True)
class Places:
    """What is known of parks and regions; empty: every park stands alone, every code is its own."""

    parks: Parks = field(default_factory=Parks)
    regions: Regions = field(default_factory=Regions)


NOWHERE = Places()


def evolve(places: Places, event: Event) -> Places:
    """Apply what happened."""
    match event:
        case ParkRegistered() | ParkMoved() | ParkDated():
            return replace(places, parks=parks.evolve(places.parks, event))
    return replace(places, regions=regions.evolve(places.regions, event))
