package io.valise.ipc.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.valise.ipc.testkit.language.LanguageEnd;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A test that waits for a child process which says nothing, and has a child itself: no interrupt ends such a wait. */
class HangWatchdogTest {
    /** The method that waits. */
    enum Place {
        BEFORE_ALL,
        BEFORE_EACH,
        TEST,
        AFTER_EACH,
        AFTER_ALL
    }

    @ParameterizedTest
    @EnumSource
    void aWaitForASilentChildEndsWhereverItIs(Place place) {
        List<Throwable> failures = new ArrayList<>();
        Silent.place = place;
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(Silent.class))
                                .configurationParameter("valise.testkit.hangSeconds", "1")
                                .build(),
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(TestIdentifier finished, TestExecutionResult result) {
                                result.getThrowable().ifPresent(failures::add);
                            }
                        });
        assertThat(failures)
                .singleElement()
                .satisfies(failure -> assertThat(failure)
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("hung: limit=1 s; what the threads were doing:")
                        .hasMessageContaining("LanguageEnd.start")
                        .cause()
                        .hasMessageContaining("has ended"));
    }

    /** Waits at one place. */
    @ExtendWith(HangWatchdog.class)
    static class Silent {
        private static Place place = Place.TEST;

        private static void at(Place here) {
            if (here == place) {
                LanguageEnd.start(List.of("sh", "-c", "sleep 600; exit"), TestHome.path());
            }
        }

        @BeforeAll
        static void beforeAll() {
            at(Place.BEFORE_ALL);
        }

        @BeforeEach
        void beforeEach() {
            at(Place.BEFORE_EACH);
        }

        @Test
        void test() {
            at(Place.TEST);
            assertThat(place).isNotEqualTo(Place.BEFORE_EACH);
        }

        @AfterEach
        void afterEach() {
            at(Place.AFTER_EACH);
        }

        @AfterAll
        static void afterAll() {
            at(Place.AFTER_ALL);
        }
    }
}
