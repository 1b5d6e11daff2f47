"""The sample business's words, in its owner's French. Every person here is invented."""

from __future__ import annotations

IDENTITY = {
    "name": "Atelier Boréal",
    "owner_name": "Camille Moreau",
    "legal_form": "micro",
    "vat_regime": "franchise",
    "siren": "732829320",
    "street": "12 rue des Tilleuls",
    "postcode": "69003",
    "city": "Lyon",
    "country": "FR",
    "email": "camille@boreal.example",
    "phone": "+33 4 78 00 00 00",
    "mediator": "Médiation d’exemple, 1 place du Marché, 75001 Paris, "
    "https://mediation.example",
    "host": "Hébergeur d’exemple, 2 quai des Serveurs, 59100 Roubaix, +33 3 20 00 00 00",
    "bank_iban": "FR7630006000011234567890189",
    "bank_bic": "AGRIFRPP",
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "language": "fr",
    "brand_colour": "#2f5d62",
}

HOME_LEAD = (
    "J’aide les indépendants à écrire des textes clairs, qu’on lit jusqu’au bout. "
    "En direct, en groupe, ou à votre rythme."
)
HOME_CALL = "Recevoir la lettre du mardi"
HOME = (
    "<h2>Écrire moins, dire plus</h2>"
    "<p>Pendant dix ans, j’ai écrit pour les autres : des sites, des lettres, des "
    "livres blancs. Aujourd’hui, je transmets ce métier à celles et ceux qui "
    "travaillent à leur compte.</p>"
    "<h2>Trois façons de travailler ensemble</h2>"
    "<ul><li><b>Le Cercle</b> : chaque mois, un texte relu, un atelier en direct, des "
    "gens qui vous lisent.</li>"
    "<li><b>Écrire pour être lu</b> : le cours, neuf leçons, à suivre quand vous "
    "voulez.</li>"
    "<li><b>En tête-à-tête</b> : une heure sur votre texte, et vous repartez avec une "
    "version qui tient.</li></ul>"
)
HOME_QUOTE = {
    "text": "J’ai réécrit ma page d’accueil en deux séances. Les demandes ont suivi.",
    "author": "Salomé, céramiste",
}
ABOUT_LEAD = "Camille Moreau, rédactrice et formatrice à Lyon."
ABOUT = (
    "<p>Je suis née dans une imprimerie, ou presque. J’y ai appris qu’une phrase a un "
    "poids, et qu’on peut l’alléger.</p>"
    "<p>J’ai fondé l’Atelier Boréal pour que les indépendants parlent de leur travail "
    "avec leurs mots, sans jargon et sans tour de manche.</p>"
)
BLOG_LEAD = "Ce que j’apprends en écrivant, une fois par mois."

# slug, title, lead, body, day of the story
POSTS = [
    (
        "la-premiere-phrase",
        "La première phrase ne sert pas à commencer",
        "Elle sert à ce qu’on lise la deuxième. Rien de plus, rien de moins.",
        "<p>Quand un texte traîne, supprimez son premier paragraphe. Neuf fois sur dix, "
        "le texte commence au deuxième.</p><h2>Un exercice</h2><p>Prenez trois de vos "
        "pages. Lisez seulement leur première phrase, à voix haute. Auriez-vous "
        "continué ?</p>",
        40,
    ),
    (
        "ecrire-sa-page-d-accueil",
        "Une page d’accueil en quatre questions",
        "Pour qui, quoi, pourquoi vous, et que faire ensuite.",
        "<p>Une page d’accueil répond à quatre questions, dans cet ordre. Si l’une "
        "manque, le visiteur la pose ailleurs.</p><ol><li>Est-ce pour moi ?</li>"
        "<li>Qu’est-ce que j’y gagne ?</li><li>Pourquoi vous croire ?</li>"
        "<li>Que dois-je faire maintenant ?</li></ol>",
        110,
    ),
    (
        "couper-un-tiers",
        "Couper un tiers, garder le sens",
        "La méthode en trois passages que j’utilise depuis dix ans.",
        "<p>Premier passage : les adverbes. Deuxième : les phrases qui répètent. "
        "Troisième : celles que vous aimez trop.</p><p>Un tiers du texte part, et "
        "personne ne demande où il est passé.</p>",
        205,
    ),
    (
        "parler-de-ses-prix",
        "Parler de ses prix sans s’excuser",
        "Un prix se dit en une phrase, puis on se tait.",
        "<p>« C’est 1 200 euros. » Point. Ce qui suit d’habitude, ce sont nos peurs, "
        "pas des informations.</p><p>Écrivez votre prix, puis relisez ce que vous avez "
        "ajouté derrière : tout ce qui justifie peut partir.</p>",
        290,
    ),
    (
        "une-lettre-par-semaine",
        "Une lettre par semaine, sans y passer le dimanche",
        "Comment je tiens le rythme depuis plus d’un an.",
        "<p>Une idée par lettre. Une heure, pas deux. Et un carnet où noter ce qui "
        "m’étonne dans la semaine : c’est lui qui écrit la lettre.</p>",
        400,
    ),
    (
        "ce-que-rapporte-une-heure",
        "Ce que rapporte vraiment une heure",
        "J’ai compté. Le résultat m’a fait changer deux choses.",
        "<p>Tout compter, même les heures d’écriture et de support, change le regard. "
        "Mes missions rapportaient moins que je ne croyais, le Cercle davantage.</p>"
        "<p>J’ai refusé deux missions et ouvert une place de plus.</p>",
        505,
    ),
]

OFFERS = {
    "cercle": {
        "title": "Le Cercle",
        "summary": "L’abonnement de celles et ceux qui écrivent chaque mois.",
        "description": "<p>Chaque mois : un texte relu par mes soins, un atelier en "
        "direct et un espace où poser vos questions.</p><ul><li>Un retour écrit sous "
        "cinq jours</li><li>Un atelier d’une heure</li><li>Toutes les fiches</li></ul>",
        "legal_nature": "digital_service",
        "vat_nature": "live",
    },
    "ecrire-pour-etre-lu": {
        "title": "Écrire pour être lu",
        "summary": "Le cours : neuf leçons pour des textes qu’on lit jusqu’au bout.",
        "description": "<p>Trois parties, neuf leçons, un exercice par leçon. Vous "
        "avancez à votre rythme et gardez l’accès.</p>",
        "legal_nature": "digital_content",
        "vat_nature": "automated",
    },
    "50-plans-de-lettres": {
        "title": "50 plans de lettres",
        "summary": "Ne partez plus d’une page blanche.",
        "description": "<p>Un carnet à télécharger : cinquante plans éprouvés pour vos "
        "lettres, classés par intention.</p>",
        "legal_nature": "digital_content",
        "vat_nature": "automated",
    },
}
TIER = (
    "Un texte relu chaque mois\nUn atelier en direct\nToutes les fiches\n"
    "Un espace d’entraide"
)

# section, then title, minutes and text of each lesson
LESSONS = [
    (
        "Avant d’écrire",
        [
            (
                "À qui parlez-vous ?",
                8,
                "Choisissez une personne. Une vraie. Écrivez-lui.",
            ),
            (
                "Une idée, une seule",
                6,
                "Un texte qui dit trois choses n’en dit aucune.",
            ),
            ("Le plan en dix minutes", 12, "Cinq questions, cinq réponses, un plan."),
        ],
    ),
    (
        "Écrire",
        [
            ("La première phrase", 9, "Elle ne sert qu’à faire lire la deuxième."),
            (
                "Des phrases qui avancent",
                11,
                "Sujet, verbe, complément. Puis on varie.",
            ),
            ("Montrer plutôt que dire", 10, "Un exemple vaut trois adjectifs."),
        ],
    ),
    (
        "Relire",
        [
            ("Couper un tiers", 14, "Trois passages, un tiers de moins, tout le sens."),
            ("Lire à voix haute", 7, "L’oreille trouve ce que l’œil a laissé passer."),
            ("Publier sans trembler", 8, "Une liste de contrôle, puis on appuie."),
        ],
    ),
]
EXERCISE = (
    "<h2>Exercice</h2><p>Prenez un de vos textes et appliquez la leçon à un seul "
    "paragraphe. Comparez avant et après, puis gardez la meilleure version.</p>"
)

LETTERS = [
    "Ce que j’ai coupé cette semaine",
    "La phrase que je n’ose pas écrire",
    "Trois débuts pour un même texte",
    "Pourquoi on ne vous lit pas (encore)",
    "Le mot de trop",
    "Une page d’accueil à la loupe",
    "Écrire quand on n’a pas envie",
    "Ce que m’a appris un mauvais texte",
    "Vos questions, mes réponses",
    "Le plan qui tient sur un ticket de métro",
    "Un prix, une phrase",
    "La relecture à voix haute",
    "Lettre d’une semaine sans écran",
]
LETTER = (
    "Bonjour {first_name|à vous},\n\n"
    "Cette semaine, une seule idée : ce qui se dit en dix mots ne gagne rien à en "
    "prendre vingt. Essayez sur votre dernier texte.\n\n"
    "Bonne écriture,\n\nCamille"
)
LAUNCH_LETTERS = ("{offer} : c’est ouvert", "{offer} : vos questions", "Dernier jour")

# company, person, e-mail, street, postcode, city, SIREN, mission
CLIENTS = [
    (
        "Librairie du Pont",
        "Hélène Vasseur",
        "12 quai de Saône",
        "69002",
        "Lyon",
        "552100554",
        "Réécriture du site de la librairie",
    ),
    (
        "Menuiserie Roussel",
        "Paul Roussel",
        "4 chemin du Bois",
        "38000",
        "Grenoble",
        "356000000",
        "Fiches produits et page d’accueil",
    ),
    (
        "Cabinet Lemoine",
        "Claire Lemoine",
        "30 cours Lafayette",
        "69003",
        "Lyon",
        "775670417",
        "Lettre mensuelle du cabinet",
    ),
    (
        "Les Jardins de Maud",
        "Maud Girard",
        "8 route des Serres",
        "26000",
        "Valence",
        "542051180",
        "Catalogue de saison",
    ),
    (
        "Studio Onze",
        "Karim Benali",
        "11 rue du Onze",
        "75011",
        "Paris",
        "444786511",
        "Livre blanc sur l’accueil en ligne",
    ),
    (
        "Coopérative Alba",
        "Inès Fabre",
        "2 place d’Alba",
        "07400",
        "Alba",
        "383474814",
        "Rapport d’activité",
    ),
]
