"""What can be done to the tokens at once: the faults that are deeds rather than switches."""

from typing import Any

from sandbox.base.world import World


def is_moment(world: World, name: str) -> bool:
    """Say whether the fault is a deed."""
    return name in world.catalogue and world.catalogue[name].stage == "now"


def do(world: World, name: str, args: dict[str, Any]) -> int:
    """Expire access tokens or revoke grants, of `args["user"]` or of everybody; return how many it hit."""
    for one in world.stand_ins:
        if name in one.faults:
            return int(one.deed(world, name, args))
    with world.store.lock:
        chosen = world.store.data.user(str(args["user"])) if args.get("user") else None
        grants = [row for row in world.store.data.grants if not row.revoked]
        if args.get("user"):
            grants = [row for row in grants if chosen is not None and row.user_id == chosen.id]
        for grant in grants:
            if name == "revoke_grant":
                grant.revoked = True
                continue
            for token in grant.access:
                token.expires_at = min(token.expires_at, world.store.now())
        return len(grants)
