package io.valise.examples.settings;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.settings.SettingsHive;
import java.util.concurrent.CountDownLatch;

/** An application with settings of its own over those of its publisher. */
public final class Theme {
    private Theme() {}

    /** Waits until the setting changes, which any process may do. */
    public static void main(String[] arguments) throws InterruptedException {
        AppIdentity identity = AppIdentity.open("acme", "editor");
        try (SettingsHive base = SettingsHive.openBase(identity);
                SettingsHive settings = SettingsHive.open(identity)) {
            settings.revert("theme"); // an earlier run has left one
            base.put("theme", "light");
            System.out.println(settings.get("theme").orElse("none"));

            CountDownLatch changed = new CountDownLatch(1);
            settings.watch(change -> changed.countDown());
            settings.put("theme", "dark"); // other applications still see "light"
            changed.await();
            System.out.println(settings.values().getString("theme") + " over "
                    + base.values().getString("theme"));
        }
    }
}
