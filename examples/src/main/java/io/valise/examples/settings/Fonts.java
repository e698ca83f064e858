package io.valise.examples.settings;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.settings.SettingsHive;
import io.valise.ipc.services.settings.SettingsKey;
import java.util.concurrent.CountDownLatch;

/** An application with settings in sub-keys. */
public final class Fonts {
    private Fonts() {}

    /** Watches one sub-key, and deletes it. */
    public static void main(String[] arguments) throws InterruptedException {
        try (SettingsHive settings = SettingsHive.open(AppIdentity.open("acme", "editor"))) {
            settings.deleteTree("view"); // an earlier run may have left it
            CountDownLatch changed = new CountDownLatch(1);
            SettingsKey fonts = settings.key("view/fonts");
            fonts.watch(change -> changed.countDown()); // of changes in fonts and below
            settings.key("view/colours").put("ink", "black");
            fonts.put("size", 12);
            changed.await();
            System.out.println(
                    settings.key("view").keys() + " " + fonts.values().getInt("size"));
            settings.deleteTree("view");
            System.out.println(fonts.exists());
        }
    }
}
