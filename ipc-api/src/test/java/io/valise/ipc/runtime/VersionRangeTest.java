package io.valise.ipc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.module.ModuleDescriptor.Version;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionRangeTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1.2,2) | 1.2 | true",
                "[1.2,2) | 1.2.0 | true",
                "[1.2,2) | 1.10 | true",
                "[1.2,2) | 1.2.0-SNAPSHOT | true",
                "[1.2,2) | 2 | false",
                "[1.2,2) | 2.0.0-SNAPSHOT | false",
                "[1.2,2) | 1.1.9 | false",
                "(1.2,2] | 1.2 | false",
                "(1.2,2] | 2.0 | true",
                "(,2) | 0.1 | true",
                "[1,) | 99 | true",
                "(,) | 3 | true",
                "1.2 | 7 | true",
                "1.2 | 1.1 | false",
                "[1.2,1.2] | 1.2 | true",
                "(,2) | 1--SNAPSHOT | true",
                "(,2) | 1+-SNAPSHOT | true",
            })
    void holdsTheVersionsBetweenItsBounds(String range, String version, boolean expected) {
        VersionRange parsed = VersionRange.parse(range);
        assertThat(parsed.contains(Version.parse(version))).isEqualTo(expected);
        assertThat(VersionRange.parse(parsed.toString())).isEqualTo(parsed);
        assertThat(VersionRange.any().contains(Version.parse(version))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0.1.0-SNAPSHOT | [0.1.0,0.2)",
                "0.9 | [0.9,0.10)",
                "1.2.3 | [1.2.3,2)",
                "2 | [2,3)",
                "0.3-beta | [0.3-beta,0.4)"
            })
    void aVersionIsCompatibleUpToTheNextThatMayBreak(String version, String range) {
        assertThat(VersionRange.compatibleWith(Version.parse(version))).isEqualTo(VersionRange.parse(range));
        assertThat(VersionRange.compatibleWith(Version.parse(version)).contains(Version.parse(version)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"1.2 | [1.2,)", "[1.2,] | [1.2,)", "[,2] | (,2]", "[,] | (,)", "[1,2) | [1,2)"})
    void isWrittenWithoutBoundsThatThereAreNot(String text, String written) {
        assertThat(VersionRange.parse(text)).hasToString(written);
        assertThat(VersionRange.parse(written)).isEqualTo(VersionRange.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "[1,2", "1,2", "[2,1]", "[1,1)", "(1,1]", "[a,b]", "[1,2,3]"})
    void whatIsNoRangeIsRefused(String text) {
        assertThatThrownBy(() -> VersionRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"0.1.0,0.1.7,true", "0.1.0,0.2.0,false", "1.2,1.9,true", "1.2,2.0,false", "0.1.0-SNAPSHOT,0.1,true"})
    void partsFitWhenNoVersionBetweenThemMayBreakTheApi(String one, String other, boolean expected) {
        assertThat(VersionRange.fit(Version.parse(one), Version.parse(other))).isEqualTo(expected);
    }
}
