/** What all rule groups share. */
@NullMarked
package io.valise.ipc.testkit.rule;

import org.jspecify.annotations.NullMarked;
