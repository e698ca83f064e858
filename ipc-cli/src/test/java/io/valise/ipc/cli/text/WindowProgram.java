package io.valise.ipc.cli.text;

import java.awt.AWTEvent;
import java.awt.Component;
import java.awt.Container;
import java.awt.Toolkit;
import java.awt.event.WindowEvent;
import javax.swing.JButton;
import javax.swing.JTextArea;

/** A program that shows a message in a window, prints what the window says as soon as it is open, and presses its button. */
final class WindowProgram {
    private WindowProgram() {}

    public static void main(String[] arguments) {
        Toolkit.getDefaultToolkit()
                .addAWTEventListener(
                        event -> {
                            if (event.getID() == WindowEvent.WINDOW_OPENED) {
                                read(((WindowEvent) event).getWindow());
                            }
                        },
                        AWTEvent.WINDOW_EVENT_MASK);
        System.out.println("shown: " + MessageWindow.tryShow(arguments[0]));
        System.exit(0); // the threads of windows are left
    }

    private static void read(Container container) {
        for (Component part : container.getComponents()) {
            if (part instanceof JTextArea text) {
                System.out.println("window: " + text.getText());
            } else if (part instanceof JButton button && "OK".equals(button.getText())) {
                button.doClick();
            } else if (part instanceof Container inner) {
                read(inner);
            }
        }
    }
}
