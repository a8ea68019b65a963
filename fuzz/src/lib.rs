//! What the fuzz targets share: how inputs are changed, and what must hold of what passes.
//!
//! Inputs are the texts themselves, so that a corpus is a folder of fixtures and a crash can be read;
//! they are changed in their own structure (lines and tokens of SDP, nodes of JSON), since changed
//! bytes would hardly ever get behind the parsers. Every choice of a change is drawn with `arbitrary`.

pub mod json;
pub mod rules;
pub mod sdp;

use arbitrary::{Result, Unstructured};

/// Makes a libFuzzer mutator of a change of texts: `$change(text, choices) -> Result<String>`.
#[macro_export]
macro_rules! mutate_texts {
    ($change:path) => {
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max: usize, seed: u32| {
            $crate::mutated(data, size, max, seed, $change)
        });
    };
}

/// Changes `data[..size]` by `change`, or now and then by its bytes; the new size.
pub fn mutated(
    data: &mut [u8],
    size: usize,
    max: usize,
    seed: u32,
    change: impl Fn(&str, &mut Unstructured) -> Result<String>,
) -> usize {
    let choices = random(seed);
    let mut choices = Unstructured::new(&choices);
    let text = match (std::str::from_utf8(&data[..size]), choices.ratio(1, 10)) {
        (Ok(text), Ok(false)) => change(text, &mut choices).ok(),
        _ => None,
    };
    match text {
        Some(text) if text.len() <= max => {
            data[..text.len()].copy_from_slice(text.as_bytes());
            text.len()
        }
        _ => libfuzzer_sys::fuzzer_mutate(data, size, max),
    }
}

/// Enough for one change: xorshift from a seed, so that a run can be repeated.
fn random(seed: u32) -> Vec<u8> {
    let mut state = u64::from(seed) << 1 | 1;
    let mut step = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..128).flat_map(|_| step().to_le_bytes()).collect()
}

/// Puts something else in the place of a part of a text; what, is drawn from `words` or made up.
pub fn other_token(words: &[&str], u: &mut Unstructured) -> Result<String> {
    Ok(match u.int_in_range(0..=9)? {
        0..=4 => (*u.choose(words)?).to_owned(),
        5 => u.arbitrary::<u8>()?.to_string(),
        6 => u.arbitrary::<u64>()?.to_string(),
        7 => u.arbitrary::<i32>()?.to_string(),
        8 => String::from_utf8_lossy(u.bytes(4)?).into_owned(),
        _ => u.choose(words)?.repeat(u.int_in_range(2..=40)?),
    })
}
