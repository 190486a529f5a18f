"""Some thousands of mainstream browsers' agents, as their makers build them: each engine on its systems and versions.

Made from the makers' documented forms (Chrome's and Edge's reduced agents, Firefox's, Safari's frozen ones, web views
with the app's own words) and from model codes of phones in the shape that makers give them. None is a captured one.
"""

from collections.abc import Iterator
from itertools import product

_SYSTEMS = (
    "Windows NT 10.0; Win64; x64",
    "Windows NT 6.1; WOW64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "X11; Linux x86_64",
    "X11; CrOS x86_64 14541.0.0",
)
_CHROMES = (87, 99, 109, 116, 120, 124, 128, 131, 134, 138)
_FIREFOXES = (78, 91, 102, 115, 121, 128, 133, 139)
_SAFARIS = ("13.1.2", "14.1", "15.6.1", "16.6", "17.4.1", "18.3")
_ANDROIDS = (7, 9, 10, 11, 12, 13, 14, 15)
_MODELS = (
    *("K", "SM-A515F", "SM-G991B", "SM-S928B", "SM-T580", "SM-J530FM", "SAMSUNG SM-A125F"),
    *("Redmi Note 8 Pro", "Redmi 9A", "M2101K6G", "2201117TY", "POCO X3 NFC", "Mi 9T", "23021RAA2Y"),
    *("JNY-LX1", "VOG-L29", "HUAWEI P30 lite", "HRY-LX1T", "DUB-LX1", "ANE-LX1", "CPH2269", "CPH1931", "RMX3085"),
    *("V2027", "vivo 1904", "Pixel 6", "Pixel 8 Pro", "moto g power (2022)", "motorola edge 20", "moto e(7) plus"),
    *("Nokia 5.3", "TA-1032", "LM-K500", "LG-M700", "ZTE Blade A5 2020", "ZTE 2050RU", "Infinix X657B"),
    *("TECNO KG5m", "itel A56", "CUBOT P40", "CUBOT_X18_Plus", "DOOGEE S88", "Blackview BV9900", "OUKITEL WP5"),
    *("Lenovo TB-X606F", "ONEPLUS A6013", "HTC Desire 20 pro", "HTC Butterfly 2", "Fever_Plus", "Philips S395"),
    *("BQ-5518G", "INOI 2 Lite 2019", "F450", "Prestigio PSP3533DUO", "Armor X5", "meizu 16th", "ASUS_X00TD"),
)
_DESKTOP_WORDS = ("", " Edg/{}.0.0.0", " OPR/{}.0.0.0", " YaBrowser/24.1.0.0 Yowser/2.5", " Vivaldi/6.5", " Whale/3.24")
_PHONE_WORDS = ("", " EdgA/{}.0.0.0", " OPR/76.2.4027", " YaApp_Android/22.1 YaSearchBrowser/22.1", " DuckDuckGo/5")
_APPS = (
    " [FB_IAB/FB4A;FBAV/443.0.0.23.117;]",
    " Instagram 312.0.0.37.103 Android (33/13; 420dpi; 1080x2340; samsung)",
    " VKAndroidApp/8.50-17000",
    " Telegram-Android/10.5.0",
    " Line/13.20.0/IAB",
    " MicroMessenger/8.0.42 NetType/WIFI Language/en",
    " Snapchat/12.62.0.43",
    " Pinterest/11.41.0",
    " trill_330504 BytedanceWebview/d8a21c6",
    " GSA/14.50.15.29.arm64",
    " [Pinterest/Android]",
)
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS {0} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {1}"
_IPAD = "Mozilla/5.0 (iPad; CPU OS {0} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {1}"
_IPHONE_WORDS = (
    "Version/{0} Mobile/15E148 Safari/604.1",
    "CriOS/120.0.6099.119 Mobile/15E148 Safari/604.1",
    "FxiOS/121.0 Mobile/15E148 Safari/605.1.15",
    "EdgiOS/120.0.2210.116 Version/{0} Mobile/15E148 Safari/604.1",
    "GSA/296.0 Mobile/15E148 Safari/604.1",
    "Mobile/15E148",
    "Mobile/15E148 [FBAN/FBIOS;FBAV/443.0.0.33.117;FBDV/iPhone14,5;FBSN/iOS]",
    "Mobile/15E148 Instagram 312.0.1.26.110 (iPhone14,5; iOS 17_1; en_US)",
)
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) {0}Chrome/{1}.0.0.0 {2}Safari/537.36{3}"


def mainstream() -> list[str]:
    """The agents, each once, in the same order always."""
    return list(dict.fromkeys([*_desktops(), *_phones(), *_apples()]))


def _desktops() -> Iterator[str]:
    for system, version, word in product(_SYSTEMS, _CHROMES, _DESKTOP_WORDS):
        yield f"Mozilla/5.0 ({system}) " + _CHROME.format("", version, "", word.format(version))
    for system, version in product(_SYSTEMS[:4], _FIREFOXES):
        named = system.replace("10_15_7", "10.15")
        yield f"Mozilla/5.0 ({named}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
    for safari in _SAFARIS:
        words = f"AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{safari} Safari/605.1.15"
        yield f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {words}"
    yield "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko"


def _phones() -> Iterator[str]:
    for place, (model, android) in enumerate(product(_MODELS, _ANDROIDS)):
        version = _CHROMES[place % len(_CHROMES)]
        system = f"Mozilla/5.0 (Linux; Android {android}; {model}"
        for word in _PHONE_WORDS:
            yield f"{system}) " + _CHROME.format("", version, "Mobile ", word.format(version))
        app = _APPS[place % len(_APPS)]
        yield f"{system} Build/TP1A.220624.014; wv) " + _CHROME.format("Version/4.0 ", version, "Mobile ", app)
        yield f"{system}) " + _CHROME.format(f"SamsungBrowser/{10 + android}.0 ", version, "Mobile ", "")
        yield f"Mozilla/5.0 (Android {android}; Mobile; rv:{version}.0) Gecko/{version}.0 Firefox/{version}.0"


def _apples() -> Iterator[str]:
    for device, version, word in product((_IPHONE, _IPAD), _SAFARIS, _IPHONE_WORDS):
        yield device.format(version.replace(".", "_"), word.format(version))
