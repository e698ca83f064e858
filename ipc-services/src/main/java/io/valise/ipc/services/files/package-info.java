/** Files between processes: which paths may be opened, files handed over by token, folders of one publisher. */
@NullMarked
package io.valise.ipc.services.files;

import org.jspecify.annotations.NullMarked;
