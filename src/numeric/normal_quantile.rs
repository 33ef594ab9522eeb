//! The quantile function of the standard normal distribution (Wichura 1988, algorithm AS 241, PPND16).

/// The quantile at p in (0, 1), to a relative error of about 1e-16: Phi(x) = p.
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(CENTRE, 0.180_625 - q * q);
    }
    let r = (-libm::log(if q < 0.0 { p } else { 1.0 - p })).sqrt();
    let x = if r <= 5.0 { ratio(MIDDLE, r - 1.6) } else { ratio(FAR, r - 5.0) };
    if q < 0.0 { -x } else { x }
}

/// A ratio of polynomials, their coefficients from the highest power down.
fn ratio([over, under]: [[f64; 8]; 2], x: f64) -> f64 {
    let polynomial = |coefficients: [f64; 8]| coefficients.into_iter().fold(0.0, |sum, c| sum * x + c);
    polynomial(over) / polynomial(under)
}

/// Where |p - 1/2| is at most 0.425, in 0.425^2 - (p - 1/2)^2.
const CENTRE: [[f64; 8]; 2] = [
    [
        2_509.080_928_730_122_7,
        33_430.575_583_588_13,
        67_265.770_927_008_7,
        45_921.953_931_549_87,
        13_731.693_765_509_46,
        1_971.590_950_306_551_3,
        133.141_667_891_784_38,
        3.387_132_872_796_366_5,
    ],
    [
        5_226.495_278_852_854,
        28_729.085_735_721_943,
        39_307.895_800_092_71,
        21_213.794_301_586_597,
        5_394.196_021_424_751,
        687.187_007_492_057_9,
        42.313_330_701_600_91,
        1.0,
    ],
];
/// Further out, in r - 1.6 where r = sqrt(-ln of the nearer tail) is at most 5.
const MIDDLE: [[f64; 8]; 2] = [
    [
        0.000_774_545_014_278_341_4,
        0.022_723_844_989_269_184,
        0.241_780_725_177_450_6,
        1.270_458_252_452_368_4,
        3.647_848_324_763_204_5,
        5.769_497_221_460_691,
        4.630_337_846_156_546,
        1.423_437_110_749_683_5,
    ],
    [
        1.050_750_071_644_416_9e-09,
        0.000_547_593_808_499_534_5,
        0.015_198_666_563_616_457,
        0.148_103_976_427_480_08,
        0.689_767_334_985_1,
        1.676_384_830_183_803_8,
        2.053_191_626_637_759,
        1.0,
    ],
];
/// Beyond, in r - 5.
const FAR: [[f64; 8]; 2] = [
    [
        2.010_334_399_292_288_1e-07,
        2.711_555_568_743_487_6e-05,
        0.001_242_660_947_388_078_4,
        0.026_532_189_526_576_124,
        0.296_560_571_828_504_87,
        1.784_826_539_917_291_3,
        5.463_784_911_164_114,
        6.657_904_643_501_103,
    ],
    [
        2.044_263_103_389_939_7e-15,
        1.421_511_758_316_446e-07,
        1.846_318_317_510_054_8e-05,
        0.000_786_869_131_145_613_3,
        0.014_875_361_290_850_615,
        0.136_929_880_922_735_8,
        0.599_832_206_555_888,
        1.0,
    ],
];
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_error_function() {
        for k in 1..2000 {
            let p = f64::from(k) / 2000.0;
            let x = normal_quantile(p);
            let back = 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
            assert!((back / p - 1.0).abs() < 1e-14, "{p}: {x}, {back}");
        }
        for exponent in [-10, -20, -40, -52, -200, -1000] {
            let p = libm::exp2(f64::from(exponent));
            let x = normal_quantile(p);
            let back = 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
            // A tail falls by x^2 times what x is off.
            assert!((back / p - 1.0).abs() < 1e-15 * (10.0 + x * x), "2^{exponent}: {x}, {back}");
        }
        assert_eq!(normal_quantile(0.5), 0.0);
        assert_eq!(normal_quantile(0.75), -normal_quantile(0.25));
    }
}
