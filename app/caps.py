"""What may be spent, as the settings say it, in the store's micro-dollars. No I/O."""

from decimal import Decimal

from app.settings import Settings
from app.store.money.budgets import Caps


def caps_of(settings: Settings) -> Caps:
    """Return what may be spent."""
    return Caps(
        user_daily_pictures=settings.user_daily_pictures,
        bot_daily_microusd=_microusd(settings.daily_budget_usd),
        bot_monthly_microusd=_microusd(settings.monthly_budget_usd),
        chat_monthly_microusd=_microusd(settings.chat_monthly_budget_usd),
    )


def _microusd(usd: Decimal) -> int:
    return int(usd * 1_000_000)
