"""Invented people: common names, addresses that lead nowhere."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words(
    """
Adèle Agathe Alice Amir Anaïs Antoine Arthur Aya Baptiste Bérénice Brice Camille
Capucine Chloé Claire Clément Damien Denis Diane Élise Émile Emma Enzo Fanny
Farid Florence Gaël Gaspard Hélène Hugo Inès Ismaël Jade Jeanne Joris Julie
Karim Laure Léa Léo Lina Louis Louise Lucie Maël Manon Marc Margaux Mathis Maud
Mélanie Mina Nadia Nathan Nina Noé Océane Olivier Pauline Paul Quentin Rachel
Raphaël Romane Sacha Salomé Samir Sarah Simon Solène Tess Théo Thomas Valérie
Victor Yann Yasmine Zoé
"""
)
_LAST = _words(
    """
André Arnaud Bailly Barbier Benali Berger Bernard Bertrand Blanc Bonnet Boyer
Brun Carpentier Caron Chevalier Colin Costa David Denis Diallo Dubois Dufour
Dumas Dupont Durand Fabre Faure Fontaine Fournier François Garnier Gauthier
Girard Giraud Guérin Henry Hubert Jacquet Joly Lacroix Lambert Laurent Leblanc
Leclerc Lefèvre Lemoine Leroy Marchand Martin Masson Mathieu Mercier Meunier
Meyer Michel Moreau Morel Nguyen Noël Olivier Perrin Petit Picard Renard Renaud
Richard Rivière Robin Roche Rousseau Roussel Roux Roy Schmitt Simon Thomas
Vasseur Vidal Vincent
"""
)
_HOSTS = ("example.org", "example.com", "example.net")


def invent(dice: random.Random, number: int) -> tuple[str, str]:
    """Return a name and an address of their own; number keeps addresses apart."""
    first, last = dice.choice(_FIRST), dice.choice(_LAST)
    local = f"{_plain(first)}.{_plain(last)}{number}"
    return f"{first} {last}", f"{local}@{dice.choice(_HOSTS)}"


def _plain(word: str) -> str:
    spread = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in spread if letter.isalpha() and letter.isascii())
