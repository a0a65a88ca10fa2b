"""What a sound file says of itself in its header: kind, length, rate, channels. Nothing is played or decoded."""

from __future__ import annotations

import struct

Facts = list[tuple[str, str]]

_BIT_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
"""kbit/s of MPEG-1 layer III by the header's four bits; ISO/IEC 11172-3, 2.4.2.3."""
_HALF_RATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SAMPLE_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def sound_facts(head: bytes, size: int) -> Facts | None:
    """(label, value) pairs from a file's first bytes and its size; None when it is no sound this knows."""
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return _wave(head, size)
    if head.startswith(b"fLaC"):
        return _flac(head)
    if head.startswith(b"OggS"):
        return _ogg(head)
    if head.startswith(b"ID3") or (len(head) > 3 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return _mpeg(head, size)
    if head[4:12] in (b"ftypM4A ", b"ftypM4B "):
        return [("Type", "MPEG-4 audio")]
    return None


def _wave(head: bytes, size: int) -> Facts:
    facts: Facts = [("Type", "WAV audio")]
    place, rate = 12, 0
    while place + 8 <= len(head):
        name, length = head[place : place + 4], int.from_bytes(head[place + 4 : place + 8], "little")
        if name == b"fmt " and place + 24 <= len(head):
            _, channels, frequency, rate, _, bits = struct.unpack_from("<HHIIHH", head, place + 8)
            facts += _tones(frequency, channels, bits)
        if name == b"data":
            if rate:
                facts.insert(1, ("Length", _time(min(length, size) / rate)))
            break
        place += 8 + length + length % 2
    return facts


def _flac(head: bytes) -> Facts:
    """STREAMINFO: 20 bits of rate, 3 of channels less one, 5 of bits less one, 36 of samples (RFC 9639, 8.2)."""
    facts: Facts = [("Type", "FLAC audio")]
    if len(head) < 26:
        return facts
    packed = int.from_bytes(head[18:26], "big")
    frequency, channels = packed >> 44, (packed >> 41 & 7) + 1
    samples = packed & (1 << 36) - 1
    if frequency and samples:
        facts.append(("Length", _time(samples / frequency)))
    return facts + _tones(frequency, channels, (packed >> 36 & 31) + 1)


def _ogg(head: bytes) -> Facts:
    if b"OpusHead" in head[:100]:
        place = head.index(b"OpusHead")
        return [("Type", "Opus audio"), *_tones(48_000, head[place + 9] if len(head) > place + 9 else 0, 0)]
    place = head[:100].find(b"\x01vorbis")
    if place < 0 or len(head) < place + 16:
        return [("Type", "Ogg audio or video")]
    channels, frequency = struct.unpack_from("<BI", head, place + 11)
    return [("Type", "Ogg Vorbis audio"), *_tones(frequency, channels, 0)]


def _mpeg(head: bytes, size: int) -> Facts:
    facts: Facts = [("Type", "MP3 audio")]
    place = 0
    if head.startswith(b"ID3") and len(head) >= 10:
        place = 10 + sum((byte & 127) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    if place + 4 > len(head) or head[place] != 0xFF:
        return facts
    version, bits, rate = head[place + 1] >> 3 & 3, head[place + 2] >> 4, head[place + 2] >> 2 & 3
    rates = _BIT_RATES if version == 3 else _HALF_RATES
    if version == 1 or rate == 3 or not 0 < bits < 15:
        return facts
    facts.append(("Length", f"about {_time((size - place) * 8 / (rates[bits] * 1000))}"))
    facts.append(("Bit rate", f"{rates[bits]} kbit/s"))
    return facts + _tones(_SAMPLE_RATES[version][rate], 1 if head[place + 3] >> 6 == 3 else 2, 0)


def _tones(frequency: int, channels: int, bits: int) -> Facts:
    facts = [("Rate", f"{frequency:,} Hz")]
    if channels:
        facts.append(("Channels", {1: "1 (mono)", 2: "2 (stereo)"}.get(channels, str(channels))))
    return [*facts, ("Depth", f"{bits} bits")] if bits else facts


def _time(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{seconds:.1f} s"
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
