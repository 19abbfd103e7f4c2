(** * When V_aug is a function of z *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms subspaces differential orbits.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section OfZ.
Variable F : realFieldType.

Section Family.
Variables (n p d : nat) (enc : 'rV[F]_n -> 'rV[F]_d) (T : 'rV[F]_p -> 'rV[F]_n -> 'rV[F]_n) (t : 'rV[F]_p).

(** [T] is a family of augmentations with T_t = id, and the orbit of every input has the differential [O x] at [t]. *)
Definition augmentation (O : 'rV[F]_n -> 'M[F]_(d, p)) : Prop :=
  (forall x, T t x = x) /\ forall x, differential (fun s => enc (T s x)) t (O x).

(** V_aug is a function W of z: the vectors of V_aug(x) = im O(x) are those of W(enc(x)), for every input x. *)
Definition function_of_z (O : 'rV[F]_n -> 'M[F]_(d, p)) : Prop :=
  exists W : 'rV_d -> 'rV_d -> Prop, forall x (v : 'rV_d), (v <= (O x)^T)%MS <-> W (enc x) v.

(** It is one if and only if the image of D o_x is the same for all inputs of one representation. *)
Theorem part_of_z (O : 'rV[F]_n -> 'M[F]_(d, p)) :
  augmentation O ->
  (function_of_z O <-> forall x x', enc x = enc x' -> ((O x)^T :=: (O x')^T)%MS).
Proof.
move=> _; split=> [[W HW] x x' e|h].
  apply/eqmxP/andP; split; apply: sub_rows => v /HW w; apply/HW; first by rewrite -e.
  by rewrite e.
exists (fun z v => exists2 x, enc x = z & (v <= (O x)^T)%MS) => x v.
by split=> [vx|[x' /h ->]] //; exists x.
Qed.

(** enc(T_s x) = S_s(enc(x)) suffices: the augmentation acts on representations. *)
Theorem part_of_z_sufficient (O : 'rV[F]_n -> 'M[F]_(d, p)) :
  augmentation O ->
  (exists S : 'rV[F]_p -> 'rV[F]_d -> 'rV[F]_d, forall s x, enc (T s x) = S s (enc x)) ->
  function_of_z O.
Proof.
move=> aO [S ES]; apply/(part_of_z aO) => x x' e; case: aO => _ DO.
suff -> : O x = O x' by [].
by apply: differential_unique (DO x) _; apply: differential_ext (DO x') => s; rewrite !ES e.
Qed.

(** If the augmentation acts on representations, inputs with one representation have one tangent space. *)
Theorem reading_of_z_equivariant (O : 'rV[F]_n -> 'M[F]_(d, p)) :
  augmentation O ->
  (exists S : 'rV[F]_p -> 'rV[F]_d -> 'rV[F]_d, forall s x, enc (T s x) = S s (enc x)) ->
  forall x x', enc x = enc x' -> ((O x)^T :=: (O x')^T)%MS.
Proof. by move=> aO /(part_of_z_sufficient aO) /(part_of_z aO). Qed.

End Family.

(** The first coordinate, as an encoder of the plane. *)
Definition first (x : 'rV[F]_2) : 'rV[F]_1 := (x 0 0)%:M.

(** The plane sheared along its first axis, by s f(x2). *)
Definition slide (f : F -> F) (s : 'rV[F]_1) (x : 'rV[F]_2) : 'rV[F]_2 :=
  x + (s 0 0 * f (x 0 1)) *: delta_mx 0 0.

Lemma slide_orbit f x s : first (slide f s x) = first x + s *m (f (x 0 1))%:M.
Proof.
by apply/rowP => i; rewrite ord1 /first /slide !mxE big_ord1 !mxE !eqxx !mulr1n mulr1.
Qed.

Lemma slide_augmentation f : augmentation first (slide f) 0 (fun x => (f (x 0 1))%:M).
Proof.
split=> x; first by rewrite /slide mxE mul0r scale0r addr0.
have := differential_affine (f (x 0 1))%:M (first x) 0; apply: differential_ext => s.
by rewrite slide_orbit tr_scalar_mx addrC.
Qed.

(** It is not necessary: enc(x) = x1, T_s x = (x1 + s (1 + x2^2), x2). V_aug is the whole line for every input, so it is a function of z, and no S_s has enc(T_s x) = S_s(enc(x)). *)
Theorem part_of_z_not_necessary :
  exists (enc : 'rV[F]_2 -> 'rV[F]_1) (T : 'rV[F]_1 -> 'rV[F]_2 -> 'rV[F]_2) (O : 'rV[F]_2 -> 'M[F]_1),
  [/\ augmentation enc T 0 O, function_of_z enc O &
      ~ exists S : 'rV[F]_1 -> 'rV[F]_1 -> 'rV[F]_1, forall s x, enc (T s x) = S s (enc x)].
Proof.
pose f (y : F) := 1 + y ^+ 2; exists first, (slide f), (fun x => (f (x 0 1))%:M).
have aO := slide_augmentation f; split=> //.
  apply/(part_of_z aO) => x x' _; have f0 y : f y != 0 by rewrite gt_eqF // ltr_paddr ?sqr_ge0 ?ltr01.
  apply: eqmx_trans (eqmx_sym _); apply/eqmxP; rewrite tr_scalar_mx;
  by rewrite -scalemx1; apply/eqmxP/(eqmx_scale _ (f0 _)).
case=> S ES; have := ES 1%:M (delta_mx 0 1); have := ES 1%:M 0.
have -> : first (delta_mx 0 1) = first 0 by rewrite /first !mxE.
move=> <- /rowP /(_ 0); rewrite /first /slide /f !mxE /= expr0n expr1n !addr0 !add0r !mul1r !mulr1.
by move/eqP; rewrite -subr_eq0 addrK oner_eq0.
Qed.

(** Inputs with one representation need not have one tangent space: enc(x) = x1, T_s x = (x1 + s x2, x2); at (1, 0) the tangent space is 0, at (1, 1) it is the line. *)
Theorem part_of_z_two_inputs :
  exists (enc : 'rV[F]_2 -> 'rV[F]_1) (T : 'rV[F]_1 -> 'rV[F]_2 -> 'rV[F]_2) (O : 'rV[F]_2 -> 'M[F]_1) (x x' : 'rV[F]_2),
  [/\ augmentation enc T 0 O, enc x = enc x', \rank (O x)^T = 0%N & \rank (O x')^T = 1%N].
Proof.
exists first, (slide id), (fun x => (x 0 1)%:M), (delta_mx 0 0), (const_mx 1).
split; first exact: slide_augmentation.
- by rewrite /first !mxE.
- by rewrite mxE /= raddf0 trmx0 mxrank0.
- by rewrite mxE tr_scalar_mx mxrank1.
Qed.

End OfZ.
