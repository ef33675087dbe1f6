//! Texts as JSON strings, for the frames we write by hand.

/// Appends `text` in quotes, with what JSON wants escaped.
pub(crate) fn push_quoted(frame: &mut String, text: &str) {
    frame.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => frame.extend(['\\', letter]),
            control if control < ' ' => frame.push_str(&format!("\\u{:04x}", u32::from(control))),
            plain => frame.push(plain),
        }
    }
    frame.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_a_reader_reads_back() {
        for text in ["", "key-1", "a\"b\\c\u{1}\n", "é😀"] {
            let mut frame = String::new();
            push_quoted(&mut frame, text);
            assert_eq!(serde_json::from_str::<String>(&frame).unwrap(), text, "{frame}");
        }
    }
}
