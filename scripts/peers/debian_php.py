"""What b24phpsdk needs, from Debian's packages: for machines where Composer reaches no registry.

What Debian has not, or has too old, comes from checkouts beside the SDK's. Without moneyphp/money there is no object of
any result, and without symfony/uid 6.2 or later no call.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path("/usr/share/php")
PHPUNIT = Path("/usr/bin/phpunit")
AUTOLOADERS = {
    "php-symfony-console": "Symfony/Component/Console",
    "php-symfony-dotenv": "Symfony/Component/Dotenv",
    "php-symfony-event-dispatcher": "Symfony/Component/EventDispatcher",
    "php-symfony-filesystem": "Symfony/Component/Filesystem",
    "php-symfony-finder": "Symfony/Component/Finder",
    "php-symfony-http-client": "Symfony/Component/HttpClient",
    "php-symfony-http-foundation": "Symfony/Component/HttpFoundation",
    "php-symfony-mime": "Symfony/Component/Mime",
    "php-symfony-uid": "Symfony/Component/Uid",
    "php-faker": "Faker",
    "php-fig-http-message-util": "Fig/HttpMessageUtil",
    "php-monolog": "Monolog",
    "php-nesbot-carbon": "Carbon",
    "php-psr-log": "Psr/Log",
}
"""Package → where its autoload.php is."""
CHECKOUTS = {"money": ("Money\\", "src"), "uid": ("Symfony\\Component\\Uid\\", "")}
"""Checkout → the namespace of its classes, and their folder."""


def missing(root: Path = ROOT, phpunit: Path = PHPUNIT) -> list[str]:
    """Debian's packages that are not on this machine."""
    absent = [package for package, place in AUTOLOADERS.items() if not (root / place / "autoload.php").exists()]
    return absent if phpunit.exists() else ["phpunit", *absent]


def write(copy: Path, beside: Path) -> None:
    """Put a `vendor` into a copy of the SDK that loads the checkouts in a folder, and what they lack from Debian's."""
    spaces = {"Bitrix24\\SDK\\Tests\\": copy / "tests", "Bitrix24\\SDK\\": copy / "src"}
    for name, (space, inside) in CHECKOUTS.items():
        if (beside / name / inside).is_dir():
            spaces[space] = beside / name / inside
    binaries = copy / "vendor" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "phpunit").symlink_to(PHPUNIT)
    loaders = [_LOADER.format(space=space.replace("\\", "\\\\"), folder=folder) for space, folder in spaces.items()]
    required = [f"require_once '{ROOT / place / 'autoload.php'}';" for place in AUTOLOADERS.values()]
    (copy / "vendor" / "autoload.php").write_text("\n".join(["<?php", *loaders, *required, ""]))


_LOADER = """\
spl_autoload_register(static function (string $class): void {{
    $file = '{folder}/' . strtr(substr($class, strlen('{space}')), '\\\\', '/') . '.php';
    if (str_starts_with($class, '{space}') && is_file($file)) {{
        require $file;
    }}
}});"""
"""Loads the classes of a namespace from a folder (PSR-4)."""
