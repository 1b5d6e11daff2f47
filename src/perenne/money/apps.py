from django.apps import AppConfig


class MoneyConfig(AppConfig):
    name = "perenne.money"
    label = "money"

    def ready(self) -> None:
        """Answer personal-data requests for what was bought here."""
        from perenne.money.actions.personal_data import (
            AffiliateData,
            BooksData,
            DeclarationsData,
            GiftsData,
            SalesData,
        )
        from perenne.money.queries.subscriptions.dealings import PurchaseDealings
        from perenne.people.api import person_dealings, personal_data

        personal_data.register("money", SalesData())
        personal_data.register("money.books", BooksData())
        personal_data.register("money.declarations", DeclarationsData())
        personal_data.register("money.gifts", GiftsData())
        personal_data.register("money.affiliates", AffiliateData())
        person_dealings.register("money", PurchaseDealings())
