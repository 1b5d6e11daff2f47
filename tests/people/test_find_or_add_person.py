from perenne.core.models import LogEntry
from perenne.people.api import find_or_add_person
from perenne.people.models import Person


def test_the_same_address_is_one_person(make_person):
    first = make_person("Ana@Example.org", name="Ana", source={"page": "/"})
    again = make_person("ana@example.org ", name="Someone", source={"page": "/x"})
    assert (again.pk, again.name, again.source) == (first.pk, "Ana", {"page": "/"})
    assert Person.objects.count() == 1
    assert LogEntry.objects.filter(verb="people.person_added").count() == 1


def test_an_empty_name_is_filled_later(make_person, now):
    make_person("ana@example.org")
    found = find_or_add_person(
        email="ana@example.org", name="Ana", now=now, actor="system"
    )
    assert Person.objects.get(pk=found.pk).name == "Ana"
