"""Posts that an account has from before: how many and since when in, public posts out, as if sent then."""

from functools import cache
from io import BytesIO

from PIL import Image

from prokes_social.sandbox.accounts import Account, XUser
from prokes_social.sandbox.pictures import Picture, look_at
from prokes_social.sandbox.world import SNOWFLAKE_EPOCH_MS, Medium, Post, World


def add(world: World, account: Account, *, since: float, count: int, every_s: float) -> list[Post]:
    """The oldest is of `since` (Unix time), the others follow at equal distances."""
    return [_one(world, account, since + number * every_s) for number in range(count)]


def _one(world: World, account: Account, at: float) -> Post:
    number = world.new_id()
    post = Post(
        id=_id(account, number, at),
        platform=account.platform,
        account=account,
        text=f"Unggahan {number}",
        created_at=at,
        pictures=_pictures(world, account, number) if account.platform == "instagram" else (),
    )
    post.permalink = f"{world.origin}/{account.username or account.id}/status/{post.id}"
    world.publish(post)
    post.published_at = at
    return post


def _id(account: Account, number: str, at: float) -> str:
    if isinstance(account, XUser):  # ids grow with time there
        return str(((int(at * 1000) - SNOWFLAKE_EPOCH_MS) << 22) + int(number) % (1 << 22))
    return f"{account.id}_122{number}" if account.platform == "facebook" else f"180{number}"


def _pictures(world: World, account: Account, number: str) -> tuple[Medium, ...]:
    medium = Medium(id=f"9{number}", account=account, picture=_grey(), created_at=world.now())
    world.media[medium.id] = medium
    return (medium,)


@cache
def _grey() -> Picture:
    data = BytesIO()
    Image.new("RGB", (40, 50), "grey").save(data, "JPEG")
    return look_at(data.getvalue())
