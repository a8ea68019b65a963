//! Named points at which a test has one actor of many panic; nothing at all without the cargo feature
//! `failpoints`.
//!
//! `fail`'s own points panic in whoever comes by first. What is tested of a crash is that it hits nobody
//! else, so here the point's value says whom it is for: `return(p2fyu5ura6n8g)`.

/// Panics if this point is set for `who`, once: the point is unset first.
#[cfg(feature = "failpoints")]
pub fn strike(point: &str, who: &str) {
    if fail::eval(point, |target| target.as_deref() == Some(who)) == Some(true) {
        fail::remove(point);
        #[expect(clippy::panic, reason = "what it is for")]
        {
            panic!("injected at {point}");
        }
    }
}

/// Nothing.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub fn strike(_: &str, _: &str) {}

#[cfg(all(test, feature = "failpoints"))]
mod tests {
    use super::*;

    #[test]
    fn only_who_is_meant_is_struck_and_only_once() {
        let _scenario = fail::FailScenario::setup();
        fail::cfg("strike-test", "return(ann)").unwrap();
        strike("strike-test", "bob");
        assert!(std::panic::catch_unwind(|| strike("strike-test", "ann")).is_err());
        strike("strike-test", "ann");
    }
}
