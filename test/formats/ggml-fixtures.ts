/**
 * What ggml itself writes and reads (its C code at d99724f2, August 2026, compiled with and without fused
 * multiply-add), and llama.cpp's `gguf` package for Python (0.19.0; it does not have Q1_0 and Q2_0). All
 * gave the same bytes. Hashes are SHA-256 of numbers as little-endian float32.
 */
export interface GgmlFixture {
  /** The 2 x 256 numbers of `SOURCE_ROWS`, quantised by `quantize_row_*_ref`. */
  readonly quantised: string
  /** What `dequantize_row_*` reads there. */
  readonly quantisedHash: string
  /** Its distance to the rows, as a part of their length, rounded up. */
  readonly error: number
  /** The hash of the 16,384 numbers that are read from the bytes of `seededBlocks`. */
  readonly seededHash: string
}

export const SOURCE_ROWS = Float32Array.from(
  { length: 512 },
  (_, i) => (Math.sin(i * 1.7) * (1 + (i % 7))) / 16,
)

export const GGML_FIXTURES: Readonly<Record<string, GgmlFixture>> = {
  Q4_0: {
    quantised:
      'lapYtsktNZKeSYbnbQmRqWlX6ipzlY9YpthNJpKcWXbmjAqBHCpKVvStfYDIeyjD+X9kt6or/6p5kLhaR+TLfYK3iimk+H9m0yp1' +
      '9Y16kLhqN9TafnO3miqUx6qgqEpm9Z18gLhqOMPpf3S3/Sr3bniQuFpX5Lx9gbd6KbP48aqZSnX2fXqQuFpH1Mt+creKpio+dqCp' +
      'Smb1nXuAuGo40+p+6qo5lfdeeJCoSlbkrHyBuHo4/yp1oplJhfZteZC4Wkfky32C1Kqk6D52oalKdfWNepC4ajfUxyqjiTmV9053' +
      'oKhKZvWdfIC4/KraHXSimTmF9254kLhaV+S88Sp5SLXpLnWhmUp19n16kLhapqoMgqSJOaToPnagqUpm9Z17',
    quantisedHash: '244a146e5d71eebeb26b9c11a97eb8cb00752b4fcd2d3889253c908fecba0f29',
    error: 0.08,
    seededHash: '2a36e8a0cb45d09fde4230abad9f46757e030f2fa3d29f6b7e5f427955308d3c',
  },
  Q4_1: {
    quantised:
      'Kyr7tKY5JcK6XWCmeQiB9W5Flac7K+q2c5V/SKXIPCaSnFh21nwJgVkqHLZKVvSsbIC3aiiz+X9kt6kqGytTtoZvR6W4K0SCjUh1' +
      '1lwHgJnSKtO2dfWNepC4ajfU2n5zt5oqlKsqubVfVrWZClKDfzeExzwVgItI7yr9tvdueZC4WlfkvH2ByHo5s/jnKgC2ZrWKCYKF' +
      'b0eluCs0gY1Ida0qprY+dqCpSmb1nXuAuGo40+p+xirKtcZqCKGHX0e1qQtTg343hcbsKv+2daKZSoX2bnmQuFpH5Mt9gtIq9rVb' +
      'F8GJXla1igpyhW9HlcgrqyrHtrOJOaX3TnegqUpm9a18gMjhKum1JeJ7XWbGegiRhm9HpagbQ+cq8bZ5SLXpLnWhmUp19n16kLha' +
      'rSrftfN9W3bGWxfBiV9WtZkKYoQ=',
    quantisedHash: '946f62be81901e7b65bae9654ce6b185c72da34a53257679e38b76f3964bc818',
    error: 0.08,
    seededHash: '88b6ce1cb4104a42bc63a822d9797fc43b6611d3a1495a89357d2bd04698b2d3',
  },
  Q5_0: {
    quantised:
      'labNbGYzoGuSWXokHJIMzdkCEUKyruombGYys/Yq/5BLoHlcJCmi7cwIBBIcJpnNbGaFnOhZ2QCP1UGG8u/ZfkM2/6bNTGYy4iBg' +
      'pI64d+r0f/RSR+/+3dMmbGY2s9vrCuUQYLV/p6Xs5n4UQyfHpmY2s5kwUYS86TnnAX/VUIfD7dhu/SY2s5nN7bvhIFCUnchn6QN/' +
      '9FFX4PGms5nJzDFz6uvr5CBgtY63luv1fwSmJpndzGZ87UBBdMvqGuYQcMVgl7Tt6qbZzGY2cirerOAwUZSs2UjoAn/kUf8mzGYm' +
      'M/lDInP67NviIGCkjrh36vTUpmY2M5tZwWzsQTF02+sK5RBgtX+nxyYmM5vZVgJyOd+M7jBRhLzpOecBf/ymM5vZzJM6+EQScwrt' +
      'u+EgUJSdyGfxJpvZzGTicGmxW/pCMXPq6+vkIGC1pqbZzGZmCQVX8nFJ0HztQEF0y+oa5g==',
    quantisedHash: '062c0bbecb51b225941f9e86fc90715dd3b0b5f8f9497bfc2c5d1d60431a8ff6',
    error: 0.04,
    seededHash: '256d6e7b37f4bf78915ad9a2b7ff9f382e200e51f299f2b29af78c149dd08bf6',
  },
  Q5_1: {
    quantised:
      '+CX7tDITmcxNc0ujdLrAXOIBE/vNmztPACfqtmxmMpP2Kv+QS5B5XCMpkuy8+AQCJCYctpnNbGaFnOhZ2QCP1UF18u/ZfkM14CZT' +
      'tjKTmckc355aYTd4FAuA+62oDwEimSbTtmxmNrPr+wvmIHDFf7e27faPJEQodCa5tZnITGa/nXozBbQW7n8pnmgbABaAtSb9tja7' +
      'mc3+zOIwYaWu2XjqA4D1UmfxriYAtkxmNjPNiwQDAxvfjkpwN2gTCnDqdiamtpndzGZ9/UBShcv6K+cQgMVgp8TujibKtSYTmcmM' +
      'xQBSD7+dakIWpRXtfxmdsyb/tsxmNrP6UzJ0C/3c4zBxpZ7YiOsEmib2tZnJzGSWLpMDvr17FAT0Gd+POoBIdCbHtiazm9lmE3NK' +
      '/53/QGKFzPpL6BGAqCbptcxkIjNbw/ar3IzlATINz55aUSaGribxtpvZzGTzgXnCXPtSMnT7/PzkIHG1dibftSYzkZn2+qj8jbYf' +
      'ggK/rXo0BdQY',
    quantisedHash: '8d9cfe80d1f7412bf81eb57938460020c91d04608ee23672b95d3460fad3a97b',
    error: 0.04,
    seededHash: '05f866ec64c8eb841680f99447e4817987f25fad9824fc5245efd54ceea7c957',
  },
  Q8_0: {
    quantised:
      'oxoAJvG5MFyh9CEXtvJ08e0OM9O6Wkfu9TkDoBl/9+AnMvgas9B6A9sESOOdRw7l4UIflPYS+ssfTrqpDxHM71v9gQUpGibgv0tK' +
      'gfgoCK0OeMjuGSy+y3Mn6/8+7J88dfLmNSKcDRvuf/7dE0DMsGEK3+9HBZMaEfDTMDymxxEHygRZ3o0KHOEa19VSJ4H+Jfe5Jl+u' +
      '8x4bu+pv/u4KM9q3T0/w8jYKow7VGn/53yI2t8Z4Bdv/S+qXPg/m3D8nlekT/ckZVMGeDhXOCxvpWQeBAyPowztJl/giDLgEa9rv' +
      'EyrLy2Au7vw39akrbf8a9eYsJKvkfwDcDkTTqFoL4epGDpIOEvPQK0OrvBELyv2zGl/nggkf2s5QMoH8Jvy1H2e28h0gvOBwC+0H' +
      'N+CvSVvw+BrvNBGlA3/73h05vr5wB9z5SfOWMhDq2Toumt4SAMkSVQ0by5oNF9LiVxKBAiPtwDRQn/YhEbn7bebvEC3QxFo57/nh' +
      'Gjj8pSJ29uQpK67ZfwLbCUfaoVIN4uVFFpECEvbNJkmx1RqwEA7K9l7ygQch3spJOoj7JQG1FmnC8RokwdlrF+0DNwsb6K8+X/Ls' +
      'MRen+X/93hg9xbdpCN70SPyVJhHt1jU1oNP/GhIEyQtY1JILGtTcVRyBACTyvC1YpvUfFrrzbvLuDTDVtBq7WUfv9TgDoRl+9+Em' +
      'MrDOfwTaBEvhmUoO4+BEIJD1Ew==',
    quantisedHash: '9b741019fdf507f2b5c926ffeadbaecfafdaed12d350d48df20e0e99e0147816',
    error: 0.01,
    seededHash: '4e62e2e8544142d638302d26864bb80c74a86f4d6e55beb4cb4d03b659f9f7c3',
  },
  Q2_K: {
    quantised:
      'm73e/t6s3+3+q87M7K2u22HWXWimi1gl4opodZdZKaKKWXin2h1llolottddKaKKXXWniihi1l51dodpJqJaabXXnSmihol459sd' +
      'ZZKKaLadJGAn/puty+yLvsv9nL7e7qyu35dJJKLWXXWniihi4l51dodcKdKOWHXXnR2hhol4p9sdJaKabXaXSihi1l11p4soItJN' +
      'aHaHXCWiilh1l5opYZZ0JB0n',
    quantisedHash: '3bc16b19dff1b2c7af85be9897fdab5af3f60017910d77e289148dbd83bcfc79',
    error: 0.29,
    seededHash: 'cf016eaa7a2756907febdd6d36568fe6af591f78b1a87598f19692cc62e34bb0',
  },
  Q3_K: {
    quantised:
      'j+J5H8byPZ/m+D/P8n2d5x7H8ziex/E8j+N4HMfzOI5YOyFi5pGL1E8rQ3S0CN3cYuWCuZZNqFYwpwvM3CEzcjNzx83IWDkgYiWT' +
      'SdRNKULN3Bg5YG4lg6mVTalCNKcLWYvMlTCIzXYD//8Ay5vjeBzH8ziex3E8j+N5Hs/zR/O4jmfxvA/j+ZxPY/ieR6cbzNwxM3LX' +
      'zshYOSBiNZPPMfM7xs3YWDkgbiWTadVNlU2oRjC3CMzcMTNy1o7ImBssYx+wSvG3N0JNnNvJJO5EidwIQ6q86AD//8CImw==',
    quantisedHash: 'a3d57695cd42b4d8bf1944c8666a9356d792cc920093bf9a7ab540fb06f520b7',
    error: 0.15,
    seededHash: 'db7d6ecb54fd5d148f9ce7f1f124f7d20362ae967cb403f50fcb74c140c5dabe',
  },
  Q4_K: {
    quantised:
      '7BP8HvH/9Pjr//n5xlXqmTZJ5XFZfbBVKLiBZV61lRdqg3FMm7U1KoaASG/GdAl6avZ0XIywRyrYg1lvxHcJmoRlT6q3GEuHgkt/' +
      '11YLipL1dV2asCg693NafsNnCrqDVl+4pwhrhXM9ncc3G4iCSWZdqJAoWvZ0W4yxRyrYg1hutYcJioRkTaq2JzuHgkp+chMnH/j9' +
      '/P378v/1yF/afl6WcBlq5mVNi6AoK9hzSm+zZwqadFZPqZcJTHZjPX7HpWIZmuVmXpmQKErndEt9skcayXRYX7aHCXuFZE6ctyhT' +
      'KanFaF6XgBlq5mVNjKA4K9hzSm+0ZwqbdFZPqqcYTDnItWlupXEZiuVmXpqgKErndFt+slcauYRXX7eXCWuF',
    quantisedHash: 'bae2a86f0ad29e787f34ed9dcfade8d546339bb3ea9fb92122d32c88e8ab5bb1',
    error: 0.08,
    seededHash: '31ef4ef4b1ba3983278064e1b2b10cd22f1184a565833a7ae9d517bda9e1c07b',
  },
  Q5_K: {
    quantised:
      'AA8iH/f/9//t/fb4zDv+XSRJ0rZtW5IkTduWJEnStmxJkrRt25YkSdK2ZUmStG1bbaP7A7QKkMwykSPLzYtLL+Qn9JpHq3xVLiCR' +
      '77z5AwTF/OiqGnCPRbEFos+J/hMmGMmfVW0weB30iP+urQcEI/vbqzVQQGXv95Xthr8EZAe9n2A+Arcb53sbnm4XAhRy3rxCMDG1' +
      '/emYCnOPNaIHob98DgMGCsqNRn4wWA8Fdu/FDg4f/f7//vz0//ftTv9MSdK2bVmSJG3bliVJ07RtWZI0TVuWJEnbtiVJkrRtW5bN' +
      'XQAi5PvaqydgUFXQ95Teh88EVQi8n2JOEZcM5noMnmrjMjTr3bxDQEGl/vioC4SvJaMHsL+NLgP3GtmNSI5AtjNjusC9XxAi1f3q' +
      'mxlhYEbB95TPid8ENgm8j1ReEYhToYnC3GvyIiT73KxEUEGF//iX/IWvFYQHv69/PgLXGw==',
    quantisedHash: '09614e85c99e176e8fb9c684c6061d833eb4cc55c72bdcebcbb7bc384002cd55',
    error: 0.04,
    seededHash: 'c47acdcad141e20b68ebf360b6910a81e17d548b15ce4561e3c662858a4bb39e',
  },
  Q6_K: {
    quantised:
      'oIYEMzMH6aMnukTkIbRlvCPrElluBPNSrwgKQHIodrNEDQCfug/dSIrtjEfo/7isXbU+0xh0DlokFBOcdw8wgaZmJAkRkKke/yln' +
      '7J035x8WsFGlTfH7RTlZFQQwnTsMMWJYeFNyDgOfyfC+ZZrRjKhFQxxAWcYvwDeJ3VM0FvGuGZK3eUST6i1Bp7oYUuZttWpHlOgu' +
      'QqG5W4XkbhaRuZG5a0bkrhqRpHoLkOkuRqRG5K4akaVqR5ToLhKhuVtFcHd4g5Fnf46AbH+YgW5+kBKHOHowYliWU0QdAJ+6D91I' +
      'ijV0uEcUGXBdtT7gGWcLViQkE3x3LzBxaFlSoQEEnuniVlyAT3WJRGIOEVbWEL9Vmk0UIzNuV00xYlh4U3IOA59FMDZ6kTJ1qEVD' +
      'HEBZxi/AFqTxSTMl9IqmEiGBaEpBzgv+ovbdha/Ry3WK9I/PNLNbheRuFpG5a0bkrR6RpHoLbxbRuWtG5K0akaV6S5DoLuguFqG5' +
      'W0XkbhqRuWtG5KkhfptFNK/WEXmrhiRp2pFldpiFZn+Sh2p9moBse5KIijUH',
    quantisedHash: 'd7835b25cf5e710ff1cc295199a42429773b5196aba7f8a9aba6dc5e9bade895',
    error: 0.02,
    seededHash: 'd9b070473ff7851ad3a30bc804f3424c2cb8fcabd2960a0ae058772ae6cda1a6',
  },
  IQ4_NL: {
    quantised:
      'sJpItdktNJKeOYXmbQmQuVlHIhtylH9Ipdg9JZGdSWbljQqBPRo7RfO9bYDXaxnC+X9kxrob/ZppkLhLNuPMbnHHiymz939m4Rpl' +
      '9I5rkMhbN+PrbnLHmiqTqpqguDtV9K1sgMdrKNLqf2PHDxv2XmmguEtG48xtgcd7KbP49ZqpOnT1fmqQyEs349tucseKnxo+dqC5' +
      'OlX0nmyAyFso0up/5Jo5lPZOeKC4O0XzvW2Bx2so6Rp0sZk6dPVuaZC4SzbjzG5xx5q06C51oKk6ZfSOa5DIWzfjoxqyiSmk9z53' +
      'oLg7VfStbIDH+praHnOxmTqE9l5poLhLRuO8Cht5OLTpLnShqTp09X5qkMhLm5oNgrOJKaT4LnaguTpV9J5s',
    quantisedHash: '9e5164c7bac21c8441d85fda138a57f9739ac89abd28a455f86d43c9fe8113b3',
    error: 0.08,
    seededHash: '817089dcb10e81aeb89526a0332cb15beb3678e7f9e3bed1d026473495248b2c',
  },
  IQ4_XS: {
    quantised:
      'IofDzA/00PBItdktNJKeSYXmbQmRqVlHcpR/SKXYPSWRnUlm5Y0KgTtF871tgNdrGcL5f2TGuhtpkMhLNuPMbnHHiymz939mZfWO' +
      'a5DIWzfT235yx5oqk6C5O1X0rW2Ax2so0vp/Y8b2XmmguEtG47xtgcd7KbP4qTp09X5qkMhLN+PcbnLHiwqHzMzi4fLgLnaguTtV' +
      '9J5sgMhbKNLqfymU9k5ooLg7RfO9bYDHayl0sZk6dPVuaZDISzbjzG5xs+gudaCpOmT0jmuQyFsn4rKJKaT3PneguTtV9K1sgMfa' +
      'HnOxmSqE9l5poLhLRuPNeTi06S50oak6dPV+apDISw2Cs4kpo/gudqC5O1X0nmw=',
    quantisedHash: '5c4f3f7ea308466cd31cdf676ab1eef9731cad904e6bbc87fda9b1599e91a732',
    error: 0.08,
    seededHash: 'f32cf53ff8986441f53f4c014921d18be666b5011ac77721715d583b8f74e396',
  },
  TQ1_0: {
    quantised:
      'ZIOdNIjPR31mkyyI2Jx9YoCBNNXVmWRieCyJ2Jx9YnbYiYB2YiuB2ICJlNViKXaDf951IP821HYnZIOdidR2J2RnlCuIz0d9ZnYs' +
      'idiAfWSAgTTV2JliRYHYhpx2YieB2ImAdmKA8Xxipf82',
    quantisedHash: 'fe6dbac2aeeeef2d3bb3edbeee2f46476d1b821cee1d67a69ad345310d859b0e',
    error: 0.62,
    seededHash: 'c8d98af72250c57d16d65f72a78756dd1ad4ebefe2ecfa782508a6bbeb72d248',
  },
  TQ2_0: {
    quantised:
      'UZVZZGWGWBWRSVRlllkVUVVVZFZWGVFRRVRlllkVUUVZZVZFFFGVWVRlhlgVkUVUZZZVFVFVVWRWlhkVUUVUZf82VkUUUZVZZVZF' +
      'FFGRSVRlhlgVkUVUZZZVFVFVVWRWlhkUkZVZZVZFFFGVWWVWRRRVkUlUZYZZFZFFVWWWVRVRVf82',
    quantisedHash: 'fe6dbac2aeeeef2d3bb3edbeee2f46476d1b821cee1d67a69ad345310d859b0e',
    error: 0.62,
    seededHash: '764d7ad643cbf25cc9d4e0a8504e3d6b7e696b581f93f7ea6c0b0a56b75e3189',
  },
  MXFP4: {
    quantised:
      'e1DE6m5kpp5ZA+I+eZe6SlF7ni2X0Dxg5usvJtKrawbzH3vU231Gpg9ZpOFecZe9WjLkeyqnwFxS5t0uF9EMasbxHzN7rHwGpB9Q' +
      'xOluZKeuWRPjHnu3yVtE9a4tB9E8YNb6LyXSe3vGoS9A1Nt9VaYPWZThTnB7qWsU9C4rl9BMYubsLhbRC3vmqz8x47x9FqUfULTg' +
      'bmOne2qV8l4gp8lcU/XOLgfRLGl7nU8h4517tqIvQNTablWmn3vF8G4Ut7lrJPQOLJfQTGHme04C4i151qk/QdPMfSalD1l7634V' +
      'x5pqBfNOKafAXFP13Xui4E1h5pw/IeOcfKajH1DEe34GxgpptfBuI7e5azT1ni0=',
    quantisedHash: 'c9a208831978a74796bc7f4bad3aedee2528d1bf818bba7e7afac55c3e6dcbde',
    error: 0.11,
    seededHash: 'a519340326c007af3814f85afea08c5a6df24844de261a0ee536641355034215',
  },
  Q1_0: {
    quantised:
      'BTEzk5nNbGYyk5nNTGYys5nNDzFMZjKzmclMZjazmclMZjYzJzGZycxmNjOZ2cxmJjOZ2cxmFjEmM5vZzGQmM5vZzGRmM5uZ',
    quantisedHash: '3db4360aa441f2f1b0974d63ca722667be777ba344861ae818aa875459093733',
    error: 0.6,
    seededHash: '717287e29cf352d5a63bc86de6652fa5e5bb3e402fb0e3433e660e7d3e4f5891',
  },
  Q2_0: {
    quantised:
      '6jYVSUVWhVaRVWRlWBlVCVVG/zaVUpFVZVVkFVkZVkZVUZVR0zZlVCQVWRVaRVaRlVFVVGVU/TYZVUlFVpVVkVVkZVgZVQlV6jZG' +
      'lVGRVGRVaBVZBVZGVVGV/zZRZVQkFVlVVkVWkZVhZVQl/DZUGVVGRVaVVZFVZFVYGVVF8TZVRpVRkVRkVWgVWUVWhpVR',
    quantisedHash: '615890782d1b6915457eca280f9b6b7e9788afe43b00bf06286476fd3f50af38',
    error: 0.61,
    seededHash: '3da20deb5dd166ebbf7bdb99d914168c0375ef1f260c8db79fff7226f92c0489',
  },
}
