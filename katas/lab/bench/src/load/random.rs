//! Numbers that are the same for the same seed.

/// `SplitMix64` by Steele, Lea and Flood ("Fast splittable pseudorandom number generators", 2014).
///
/// The libraries' generators may change between versions, and then a seed in an old `run.json`
/// would name another load; this one is fixed for good.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 (excluded) to 1 (included), evenly: a logarithm of it is finite.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what an f64 holds")]
    pub fn fraction(&mut self) -> f64 {
        ((self.draw() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference implementation's first numbers for the seed 1234567.
    #[test]
    fn it_is_split_mix_64() {
        let mut random = Random::new(1_234_567);
        let first = [(); 3].map(|()| random.draw());
        assert_eq!(
            first,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn fractions_are_even_and_never_zero() {
        let mut random = Random::new(7);
        let mut tenths = [0_u32; 10];
        for _ in 0..10_000 {
            let fraction = random.fraction();
            assert!(fraction > 0.0 && fraction <= 1.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 9")]
            let tenth = (fraction * 9.999) as usize;
            tenths[tenth] += 1;
        }
        assert!(tenths.iter().all(|n| (900..1100).contains(n)), "{tenths:?}");
    }
}
