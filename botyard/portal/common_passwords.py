"""Passwords that everybody tries first: the long ones of the well-known lists."""

from __future__ import annotations

_LISTED = """
12345678 123456789 1234567890 87654321 987654321 9876543210 11111111 00000000 22222222 33333333 44444444 55555555
66666666 77777777 88888888 99999999 12341234 12344321 11223344 1122334455 112233445566 123123123 1q2w3e4r 1q2w3e4r5t
1qaz2wsx 1qazxsw2 zaq12wsx zaq1zaq1 qazwsxedc qwertyui qwertyuiop qwerty123 qwerty12 qwerty1234 qwerty12345 asdfghjk
asdfghjkl zxcvbnm1 zxcvbnm123 asdfasdf qweqweqwe q1w2e3r4 q1w2e3r4t5 qwer1234 asdf1234 abcd1234 abcdefgh abcdefghi
abc12345 abc123456 aa123456 a1234567 a12345678 a123456789 password password1 password12 password123 password1234
passw0rd p@ssw0rd p@ssword pa55word passwort passwort1 iloveyou iloveyou1 sunshine princess football football1
baseball baseball1 basketball superman batman123 starwars michael1 jennifer michelle jordan23 trustno1 whatever
computer internet corvette mercedes cocacola samsung1 samsung123 november december september midnight chocolate
butterfly liverpool chelsea1 arsenal1 barcelona manchester welcome1 welcome123 letmein1 letmein123 changeme changeme1
changeit administrator admin123 admin1234 admin12345 administrador default1 rootroot toortoor testtest test1234
test12345 testing1 testing123 guest123 user1234 secret12 secret123 mypassword master123 dragon123 monkey123 shadow123
hello123 killer123 charlie1 freedom1 blink182 maverick danielle victoria veronica elizabeth alexandra christian
christina stephanie nicholas benjamin jonathan spiderman pokemon1 minecraft fuckyou1 fuckyou2 asshole1 bitrix24
bitrix123 botyard1 botyard123 correcthorse ytrewq123 poiuytrewq lkjhgfdsa mnbvcxz1 qwertyqwerty passpass pass1234
pass12345 login123 database1 server123 1234qwer 12345qwert 123456qwerty 123qweasd 123qweasdzxc qweasdzxc qweasd123
aaaaaaaa abababab xxxxxxxx zzzzzzzz 1111111111 0123456789 0987654321 147258369 159753456 741852963 789456123 963852741
159357159 19841984 19851985 19861986 19871987 19881988 19891989 19901990 20002000 20202020 qwertzui qwertzuiop
"""

COMMON = frozenset(_LISTED.split())
