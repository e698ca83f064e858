package io.valise.ipc.cli.text;

import java.awt.AWTError;
import java.awt.GraphicsEnvironment;
import java.awt.HeadlessException;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import javax.swing.JOptionPane;
import javax.swing.JScrollPane;
import javax.swing.JTextArea;

/** A message to the user of this machine: in a window where there is a display. Stateless. */
public final class MessageWindow {
    private static final int COLUMNS = 72;
    private static final int MOST_ROWS = 20;

    private MessageWindow() {}

    /** Prints the message to standard error, and shows it in a window if there can be one, until the user closes it. */
    public static void show(String message) {
        System.err.println("ipc: " + message);
        tryShow(message);
    }

    /** Shows a message in a window until the user closes it; returns false at once where there is no display. */
    public static boolean tryShow(String message) {
        return tryShow(message, MessageWindow::open);
    }

    static boolean tryShow(String message, Consumer<String> window) {
        try {
            if (ModuleLayer.boot().findModule("java.desktop").isEmpty() || GraphicsEnvironment.isHeadless()) {
                return false;
            }
            window.accept(message);
            return true;
        } catch (HeadlessException | AWTError | LinkageError noDisplay) { // named, but not there
            System.getLogger(MessageWindow.class.getName()).log(Level.DEBUG, "no window", noDisplay);
            return false;
        }
    }

    private static void open(String message) {
        JTextArea text = new JTextArea(message, Math.min(MOST_ROWS, 2 + message.length() / COLUMNS), COLUMNS);
        text.setLineWrap(true);
        text.setWrapStyleWord(true);
        text.setEditable(false);
        JOptionPane.showMessageDialog(null, new JScrollPane(text), "Valise", JOptionPane.ERROR_MESSAGE);
    }
}
