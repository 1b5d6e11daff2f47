"""Foreign keys point down the house and have no reverse name."""

from django.apps import apps

LAYERS = [
    ["core"],
    ["mail"],
    ["people"],
    ["streams"],
    ["money", "audience"],
    ["memberships"],
    ["courses", "practice", "community"],
    ["launches"],
    ["website"],
    ["bilan"],
    ["portability"],
    ["backoffice", "rest"],
]
FLOOR = {app: floor for floor, names in enumerate(LAYERS) for app in names}


def _fields():
    for model in apps.get_models():
        for field in model._meta.get_fields():
            inherited = field.is_relation and field.model is not model
            if (
                field.is_relation
                and field.concrete
                and field.related_model
                and not inherited
            ):
                yield field, model._meta.app_label, field.related_model._meta.app_label


def test_foreign_keys_between_apps_point_down():
    broken = [
        f"{field} points up or across"
        for field, here, there in _fields()
        if here != there
        and here in FLOOR
        and there in FLOOR
        and FLOOR[there] >= FLOOR[here]
    ]
    assert broken == []


def test_foreign_keys_between_apps_are_hidden():
    broken = [
        f"{field} needs related_name='+'"
        for field, here, there in _fields()
        if here != there
        and here in FLOOR
        and there in FLOOR
        and not field.remote_field.hidden
    ]
    assert broken == []
