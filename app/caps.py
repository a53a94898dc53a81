"""Spending limits from the settings, as the store needs them and in words. No I/O."""

from collections.abc import Mapping
from decimal import Decimal

from app.prices.dollars import MICRO
from app.settings import Settings
from app.store.money.budgets import Caps


def caps_of(settings: Settings) -> Caps:
    """Return the spending limits, in micro-dollars and pictures."""
    return Caps(
        user_daily_pictures=settings.user_daily_pictures,
        bot_daily_microusd=_microusd(settings.daily_budget_usd),
        bot_monthly_microusd=_microusd(settings.monthly_budget_usd),
        chat_monthly_microusd=_microusd(settings.chat_monthly_budget_usd),
    )


def limits_of(settings: Settings) -> Mapping[str, str]:
    """Return the limits that are set, by name of the setting, each as text."""
    caps = {
        "user_daily_pictures": settings.user_daily_pictures,
        "daily_budget_usd": settings.daily_budget_usd,
        "monthly_budget_usd": settings.monthly_budget_usd,
        "chat_monthly_budget_usd": settings.chat_monthly_budget_usd,
    }
    said = {name: f"{cap:f}" if isinstance(cap, Decimal) else str(cap) for name, cap in caps.items() if cap}
    return said | {"image_quality_max": settings.image_quality_max}


def is_unlimited(settings: Settings) -> bool:
    """Whether strangers may spend without limit: none is set, and everybody is answered."""
    return not settings.allowed_ids and not (
        settings.user_daily_pictures
        or settings.daily_budget_usd
        or settings.monthly_budget_usd
        or settings.chat_monthly_budget_usd
    )


def _microusd(usd: Decimal) -> int:
    return int(usd * MICRO)
