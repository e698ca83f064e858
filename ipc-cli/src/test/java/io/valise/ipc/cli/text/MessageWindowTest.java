package io.valise.ipc.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MessageWindowTest {
    private static final String PROPERTY = "java.awt.headless";
    private String before = "";

    @BeforeEach
    void hideDisplay() {
        before = System.getProperty(PROPERTY, "");
        System.setProperty(PROPERTY, "true");
    }

    @AfterEach
    void showDisplay() {
        if (before.isEmpty()) {
            System.clearProperty(PROPERTY);
        } else {
            System.setProperty(PROPERTY, before);
        }
    }

    @Test
    void withoutADisplayNoWindowIsOpened() {
        assertThat(MessageWindow.tryShow("no match", message -> fail("a window for " + message)))
                .isFalse();
    }
}
