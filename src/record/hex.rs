//! Bytes in hexadecimal.

/// Formats bytes in lower-case hexadecimal.
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| char::from(DIGITS[usize::from(n)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Reads `N` bytes from hexadecimal digits of either case.
pub fn parse_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// Reads `N` bytes that are written as [`to_hex`] writes them: in lower case only.
pub fn parse_canonical_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    parse_hex(text).filter(|bytes: &[u8; N]| to_hex(bytes) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_back_from_their_digits() {
        assert_eq!(to_hex(&[0, 0x1f, 0xff]), "001fff");
        assert_eq!(parse_hex("001FfF"), Some([0, 0x1f, 0xff]));
        assert_eq!(parse_canonical_hex("001fff"), Some([0, 0x1f, 0xff]));
        assert_eq!(parse_canonical_hex::<3>("001FfF"), None);
    }

    #[test]
    fn what_is_not_as_many_digits_is_refused() {
        for text in ["", "0", "001", "00", "00ff0", "+1+1", "0g00", "é0"] {
            assert_eq!(parse_hex::<2>(text), None, "{text}");
        }
    }
}
