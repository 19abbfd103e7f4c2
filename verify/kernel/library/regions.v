(** Connected open sets of R^d; functions that do not depend on any coordinate. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry intervals.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The set [U] is open: with a point it contains all points close to it. *)
Definition open_set (d : nat) (U : vec d -> Prop) : Prop := forall z, U z -> near z U.

(** The set [U] is connected: a part [A] of it that is not empty, such that [A] and the rest are both
    open in [U], is all of it. *)
Definition connected_set (d : nat) (U : vec d -> Prop) : Prop :=
  forall A : vec d -> Prop,
    (exists z, U z /\ A z) ->
    (forall z, U z -> A z -> near z (fun w => U w -> A w)) ->
    (forall z, U z -> ~ A z -> near z (fun w => U w -> ~ A w)) ->
    forall z, U z -> A z.

Section Box.
Variables (d : nat) (z : vec d) (e : posreal).

(** The box of the points whose coordinates differ by less than [e] from those of [z]. *)
Definition box (y : vec d) : Prop := forall i, Rabs (y i - z i) < e.

Lemma box_center : box z.
Proof. by move=> i; rewrite Rminus_eq_0 Rabs_R0; apply: cond_pos. Qed.

Lemma box_upd y i t : box y -> Rabs (t - z i) < e -> box (upd y i t).
Proof. by move=> yb tb j; rewrite /upd; case: eqP => [->|_]. Qed.

Lemma box_constant (F : vec d -> R) :
  (forall y i t, box y -> box (upd y i t) -> F (upd y i t) = F y) -> forall y, box y -> F y = F z.
Proof.
move=> H y yb; pose w m : vec d := fun j => if (j < m)%nat then y j else z j.
have wy : w d = y by apply: functional_extensionality => j; rewrite /w ltn_ord.
have w0 : w 0%nat = z by apply: functional_extensionality => j; rewrite /w ltn0.
have wb m : box (w m).
  by move=> j; rewrite /w; case: ifP => _; [exact: yb | exact: box_center].
suff: forall m, (m <= d)%nat -> F (w m) = F z by move=> /(_ d (leqnn d)); rewrite wy.
elim=> [_|m IH md]; first by rewrite w0.
pose i := Ordinal md; have ws : w m.+1 = upd (w m) i (y i).
  apply: functional_extensionality => j; rewrite /w /upd ltnS leq_eqVlt.
  by case: eqP => [e1|ne] /=; [rewrite (_ : j = i) ?eqxx //; apply: val_inj |
    case: eqP => // e1; case: ne; rewrite e1].
rewrite -(IH (ltnW md)) ws; apply: H; first exact: wb.
by rewrite -ws; exact: wb.
Qed.

(** A function whose derivative by coordinate [j] vanishes in the box does not depend on that coordinate. *)
Lemma box_partial0 (F : vec d -> R) j : (forall y, box y -> ex_partial F j y /\ partial F j y = 0) ->
  forall y t, box y -> box (upd y j t) -> F (upd y j t) = F y.
Proof.
move=> H y t yb tb; rewrite -[in RHS](upd_same y j).
apply: (constant_interval (I := fun s => Rabs (s - z j) < e) (g := fun s => F (upd y j s))).
- move=> a b x /Rabs_def2 [a1 a2] /Rabs_def2 [b1 b2] [x1 x2]; apply: Rabs_def1; lra.
- move=> s sb; have [ex p0] := H _ (box_upd yb sb).
  by rewrite -p0; apply: is_derive_upd.
- by have := tb j; rewrite upd_at.
- exact: yb.
Qed.
End Box.

Section Connected.
Variables (d : nat) (U : vec d -> Prop).
Hypotheses (Uo : open_set U) (Uc : connected_set U).

(** A function that is constant near every point of a connected set is constant on it. *)
Lemma locally_constant (F : vec d -> R) :
  (forall z, U z -> near z (fun w => F w = F z)) -> forall x y, U x -> U y -> F y = F x.
Proof.
move=> H x y Ux Uy; apply: (Uc (A := fun w => F w = F x)) => //.
- by exists x.
- by move=> z Uz Az; apply: near_imp (H z Uz) => w -> _.
- by move=> z Uz Az; apply: near_imp (H z Uz) => w -> _.
Qed.

(** A function all of whose partial derivatives vanish on a connected open set is constant on it. *)
Lemma zero_partials_constant (F : vec d -> R) :
  (forall z j, U z -> ex_partial F j z /\ partial F j z = 0) -> forall x y, U x -> U y -> F y = F x.
Proof.
move=> H; apply: locally_constant => z Uz; have [e He] := (iffLR (nearP _ _)) (Uo Uz).
apply/nearP; exists e; apply: box_constant => y i t.
by apply: box_partial0 => w wb; apply: H; apply: He.
Qed.

(** A function whose Hessian is [c(z) I] on a connected open set, in two or more dimensions: [c] is constant. *)
Lemma isotropic_constant (f c : vec d -> R) : (1 < d)%nat ->
  (forall z, U z -> C2 f z) -> (forall z i j, U z -> hess f z i j = kron i j * c z) ->
  forall x y, U x -> U y -> c y = c x.
Proof.
move=> d2 fC fH; apply: locally_constant => z Uz; have [e He] := (iffLR (nearP _ _)) (Uo Uz).
apply/nearP; exists e; apply: box_constant => y j t yb tb.
have [i ij] : exists i : 'I_d, i != j.
  case: (eqVneq j (Ordinal (ltnW d2))) => [->|ne]; first by exists (Ordinal d2).
  by exists (Ordinal (ltnW d2)); rewrite eq_sym.
have E w : box z e w -> forall s, box z e (upd w j s) -> partial f i (upd w j s) = partial f i w.
  move=> wb s sb; apply: (box_partial0 (z := z) (e := e)) => // v vb; have [_ fi] := fC v (He v vb).
  by split; [exact: C1_ex | have := fH v j i (He v vb); rewrite /hess /kron eq_sym (negbTE ij) => ->; ring].
have cE w : box z e w -> c w = hess f w i i by move=> wb; rewrite fH ?/kron ?eqxx; [ring | exact: He].
rewrite (cE _ tb) (cE _ yb) /hess; rewrite /partial -!/(partial _ _ _) upd_other //.
apply: Derive_ext_loc.
have loc : locally (y i) (fun s => Rabs (s - z i) < e).
  have p : 0 < e - Rabs (y i - z i) by have := yb i; lra.
  exists (mkposreal _ p) => s; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => sb.
  by rewrite (_ : s - z i = (s + - y i) + (y i - z i)); [apply: Rle_lt_trans (Rabs_triang _ _) _; lra | ring].
apply: filter_imp loc => s sb; rewrite upd_comm; last by rewrite eq_sym.
have sy : box z e (upd y i s) by apply: box_upd.
by apply: E => //; apply: box_upd => //; have := tb j; rewrite upd_at.
Qed.
End Connected.

Section Polynomial.
Variables (d : nat) (U : vec d -> Prop) (f : vec d -> R) (c : R) (x : vec d).
Hypotheses (Uo : open_set U) (Uc : connected_set U) (Ux : U x).

(** A function whose Hessian is [c I] on a connected open set is there [c |z|^2 / 2 + b . z + a]. *)
Lemma isotropic_polynomial :
  (forall z, U z -> C2 f z) -> (forall z i j, U z -> hess f z i j = kron i j * c) ->
  exists (b : vec d) (a : R), forall z, U z -> f z = c / 2 * dot z z + dot b z + a.
Proof.
move=> fC fH; pose G i z := partial f i z - c * z i.
have G0 i z j : U z -> ex_partial (G i) j z /\ partial (G i) j z = 0.
  move=> Uz; have [_ fi] := fC z Uz.
  have D : is_derive (fun t => G i (upd z j t)) (z j) (hess f z j i - c * kron j i).
    apply: (is_derive_minus (fun t => partial f i (upd z j t))).
      by apply: is_derive_partial; apply: C1_ex; exact: fi.
    by apply: is_derive_scal; have := is_derive_partial (C1_ex j (C1_coord i z)); rewrite partial_coord.
  split; first by eexists; exact: D.
  by rewrite /partial (is_derive_unique _ _ _ D) fH //; ring.
pose b : vec d := fun i => G i x.
have Gb i z : U z -> partial f i z = c * z i + b i.
  by move=> Uz; have := zero_partials_constant Uo Uc (G0 i) Ux Uz; rewrite /b /G; lra.
pose q z := f z - (c / 2 * dot z z + dot b z).
have q0 z j : U z -> ex_partial q j z /\ partial q j z = 0.
  move=> Uz.
  have A : C2 (fun w : vec d => c / 2 * dot w w) z.
    by apply: C2_scal; apply: C2_sum => i; apply: C2_mult; exact: C2_coord.
  have E : partial (fun w : vec d => c / 2 * dot w w) j z = c * z j.
    rewrite partialZ; last by apply: C2_C1; apply: C2_sum => i; apply: C2_mult; exact: C2_coord.
    rewrite /dot partial_sum => [|i]; last by apply: C1_mult; exact: C1_coord.
    rewrite (eq_sum (G := fun i => kron j i * (2 * z i))) ?sum_kron; first by field.
    by move=> i; rewrite -(near_point (near_partial_mult j (C1_coord i z) (C1_coord i z))) partial_coord; ring.
  have D1 := is_derive_partial (C1_ex j (C2_C1 (fC z Uz))).
  have D2 := is_derive_partial (C1_ex j (C2_C1 A)).
  have D3 := is_derive_partial (C1_ex j (C2_C1 (C2_dot b z))).
  have D := is_derive_minus _ _ _ _ _ D1 (is_derive_plus _ _ _ _ _ D2 D3).
  split; first by eexists; exact: D.
  rewrite /partial (is_derive_unique _ _ _ D) /minus /plus /opp /= E -/(grad (dot b) z j) grad_dot Gb //.
  by ring.
exists b, (q x) => z Uz; have := zero_partials_constant Uo Uc q0 Ux Uz.
by rewrite /q; lra.
Qed.
End Polynomial.

(** Convex sets are connected. *)
Lemma convex_connected d (U : vec d -> Prop) :
  (forall x y t, U x -> U y -> 0 <= t <= 1 -> U (addv x (scalev t (subv y x)))) -> connected_set U.
Proof.
move=> conv A [x [Ux Ax]] Ao Ac y Uy.
pose g t := addv x (scalev t (subv y x)).
have g0 : g 0 = x by apply: functional_extensionality => i; rewrite /g /addv /scalev /subv; ring.
have g1 : g 1 = y by apply: functional_extensionality => i; rewrite /g /addv /scalev /subv; ring.
have gU t : 0 <= t <= 1 -> U (g t) by exact: conv.
have gv t : has_velocity g t (subv y x).
  by move=> i; rewrite /g /addv /scalev; auto_derive => //; ring.
have open_line P t : near (g t) P -> exists e : posreal, forall s, Rabs (s - t) < e -> P (g s).
  by move=> /(curve_near (velocity_cont (gv t))) [e H]; exists e => s sb; apply: H; exact: sb.
pose E s := 0 <= s <= 1 /\ forall t, 0 <= t <= s -> A (g t).
have E0 : E 0 by split=> [|t tb]; [lra | rewrite (_ : t = 0) ?g0 //; lra].
have [|m [ub lub]] := completeness E _ (ex_intro _ _ E0); first by exists 1 => s [[_ s1] _].
have m0 : 0 <= m by apply: ub.
have m1 : m <= 1 by apply: lub => s [[_ s1] _].
have close e : 0 < e -> exists s, E s /\ m - e < s.
  move=> e0; have [//|none] := Classical_Prop.classic (exists s, E s /\ m - e < s); exfalso.
  have : m <= m - e; last by lra.
  by apply: lub => s Es; apply: Rnot_lt_le => lt; apply: none; exists s.
have [Am|nAm] := Classical_Prop.classic (A (g m)); last first.
  have [e He] := open_line _ _ (Ac _ (gU m (conj m0 m1)) nAm).
  have [s [[sb As] ms]] := close e (cond_pos e).
  have sm : s <= m by apply: ub.
  by exfalso; apply: (He s); [rewrite Rabs_left1; lra | exact: gU | apply: As; lra].
have [e He] := open_line _ _ (Ao _ (gU m (conj m0 m1)) Am); have e0 := cond_pos e.
have [s [[sb As] ms]] := close e e0.
have Er : E (Rmin 1 (m + e / 2)).
  have r1 := Rmin_l 1 (m + e / 2); have r2 := Rmin_r 1 (m + e / 2).
  have r0 : 0 <= Rmin 1 (m + e / 2) by apply: Rmin_glb; lra.
  split=> // t tb; have [ts|ts] := Rle_lt_dec t s; first by apply: As; lra.
  by apply: He; [apply: Rabs_def1; lra | apply: gU; lra].
have := ub _ Er; rewrite /Rmin; case: Rle_dec => [le _|_ le]; last by lra.
by rewrite -g1; case: Er; rewrite Rmin_left // => _; apply; lra.
Qed.
