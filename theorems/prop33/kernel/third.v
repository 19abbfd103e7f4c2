(** Behind a loss whose third derivative at 0 vanishes on no d-dimensional subspace no constant head is isotropic. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth quadratic whitening elementary.
From Geometry.prop33 Require Import factor isotropic refuted_barrier readings general.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** [D^3 L(0)[v, v, v]], the derivative of [t -> hess L(t v)[v, v]] at 0. *)
Definition third_along (k : nat) (L : vec k -> R) (v : vec k) : R :=
  Derive (fun t => form (hess L (scalev t v)) v v) 0.

(** The third derivative at 0 vanishes on no d-dimensional subspace, the range [{B y}] of an injective matrix. *)
Definition third_on_subspaces (d k : nat) (L : vec k -> R) : Prop :=
  forall B : mat k d, injective_matrix B -> exists y, third_along L (mulv B y) <> 0.

(** Reading `third`: if the third derivative of [L] at 0 vanishes on no d-dimensional subspace, no [W] has
    [H_eff(z) = c I] for all [z] with a constant [c > 0], whatever [k]. *)
Theorem reading_third (d k : nat) (L : vec k -> R) :
  (forall u, C2 L u) -> third_on_subspaces d L ->
  forall (W : mat k d) (c : R), 0 < c ->
  ~ forall z, effective L (mulv W) z = @refuted_barrier.multiple_of_identity d c.
Proof.
move=> LC T W c c0 iso.
have [y []] := T W (isotropic_injective c0 (iso zerov) LC).
rewrite /third_along (Derive_ext _ (fun=> c * dot y y)) ?Derive_const // => t.
have := iso (scalev t y); rewrite mulv_affine effective_affine // -mulv_affine mulvZ => e.
have -> : form (hess L (scalev t (mulv W y))) (mulv W y) (mulv W y) =
    dot y (mulv (mulm (tr W) (mulm (hess L (scalev t (mulv W y))) W)) y).
  by rewrite !mulv_mulm [RHS]dot_mulv.
rewrite e -dotZr; congr dot; apply: functional_extensionality => i.
rewrite /scalev -(sum_kron i (fun j => c * y j)); apply: eq_sum => j.
by rewrite /refuted_barrier.multiple_of_identity; ring.
Qed.

Lemma exponentials_third k (v : vec k) : third_along (@exponentials k) v = \sum_(i < k) (v i * v i * v i).
Proof.
rewrite /third_along (Derive_ext _ (fun t => \sum_(i < k) (v i * v i * exp (t * v i)))) => [|t].
  apply: is_derive_unique; apply: is_derive_sum => i.
  by auto_derive => //; rewrite Rmult_0_l exp_0; ring.
apply: eq_sum => i; rewrite Rmult_assoc; congr (_ * _).
rewrite -(sum_kron i (fun j => v j * exp (t * v j))); apply: eq_sum => j.
by rewrite exponentials_hess /scalev; ring.
Qed.

Lemma cubes_cancel x y : x * x * x + y * y * y = 0 -> y = - x.
Proof.
move=> e; have [|n] := Req_dec (x + y) 0; first by lra.
have f : x * x - x * y + y * y = 0 by apply: (Rmult_eq_reg_l (x + y)) => //; lra.
have y0 : y = 0.
  have := Rle_0_sqr (x - y / 2); have := Rle_0_sqr y; rewrite /Rsqr => a b.
  by have /Rmult_integral[] : y * y = 0 by lra.
have xx : x * x = 0 by move: f; rewrite y0; lra.
by case: (Rmult_integral _ _ xx) => ->; rewrite y0; ring.
Qed.

(** No plane in R^3 has x^3 + y^3 + z^3 = 0: from its points with one coordinate 0 all minors would be one number p,
    and a fourth point gives -6 p^3. *)
Lemma plane_of_no_cubes : third_on_subspaces 2 (@exponentials 3).
Proof.
move=> B inj; pose a i := B i ord0; pose b i := B i (lift ord0 ord0).
pose point (s t : R) : vec 2 := fun j => if j == ord0 then s else t.
pose i1 : 'I_3 := ord0; pose i2 : 'I_3 := lift ord0 ord0; pose i3 : 'I_3 := lift ord0 (lift ord0 ord0).
have at_point s t i : mulv B (point s t) i = a i * s + b i * t.
  by rewrite /mulv !big_ord_recl big_ord0 Rplus_0_r.
pose f s t i := a i * s + b i * t.
pose F s t := f s t i1 * f s t i1 * f s t i1 + (f s t i2 * f s t i2 * f s t i2 + f s t i3 * f s t i3 * f s t i3).
have FE s t : third_along (@exponentials 3) (mulv B (point s t)) = F s t.
  by rewrite exponentials_third !big_ord_recl big_ord0 Rplus_0_r !at_point.
have pick s t : F s t <> 0 -> exists y, third_along (@exponentials 3) (mulv B y) <> 0.
  by move=> n; exists (point s t); rewrite FE.
have [c1|n] := Req_dec (F (- b i1) (a i1)) 0; last exact: pick n.
have [c2|n] := Req_dec (F (- b i2) (a i2)) 0; last exact: pick n.
have [c3|n] := Req_dec (F (- b i3) (a i3)) 0; last exact: pick n.
have [c4|n] := Req_dec (F (b i2 - b i1) (a i1 - a i2)) 0; last exact: pick n.
pose p := a i1 * b i2 - a i2 * b i1; pose q := a i2 * b i3 - a i3 * b i2; pose r := a i3 * b i1 - a i1 * b i3.
have e1 : - r = - p by apply: cubes_cancel; rewrite -[RHS]c1 /F /f /p /r; ring.
have e2 : q = - - p by apply: cubes_cancel; rewrite -[RHS]c2 /F /f /p /q; ring.
have p0 : p = 0.
  have : p * (p * p) = 0.
    have : p * p * p + (p * p * p + (- q - r) * (- q - r) * (- q - r)) = 0 by rewrite -[RHS]c4 /F /f /p /q /r; ring.
    by rewrite (_ : - q - r = - (2 * p)); [lra | lra].
  by case/Rmult_integral => // /Rmult_integral[].
exfalso; suff [s [t [st z]]] : exists s t, (s <> 0 \/ t <> 0) /\ forall i, f s t i = 0.
  have y0 : point s t = zerov by apply: inj; apply: functional_extensionality => i; rewrite at_point; exact: z.
  have := congr1 (fun v => v ord0) y0; have := congr1 (fun v => v (lift ord0 ord0)) y0.
  by rewrite /point /zerov /=; case: st; lra.
have key (l : 'I_3) : l = i1 \/ l = i2 \/ l = i3.
  by case: l => [[|[|[|//]]] h]; [left | right; left | right; right]; apply: val_inj.
have ms i j : a i * b j = a j * b i.
  have q0 : q = 0 by lra.
  have r0 : r = 0 by lra.
  by case: (key i) => [->|[->|->]]; case: (key j) => [->|[->|->]]; move: p0 q0 r0; rewrite /p /q /r; lra.
have go i : a i <> 0 \/ b i <> 0 -> exists s t, (s <> 0 \/ t <> 0) /\ forall i, f s t i = 0.
  move=> n; exists (- b i), (a i); split; first by case: n; [right | left; lra].
  by move=> j; rewrite /f; have := ms i j; lra.
have [a1|n] := Req_dec (a i1) 0; last by apply: (go i1); left.
have [a2|n] := Req_dec (a i2) 0; last by apply: (go i2); left.
have [a3|n] := Req_dec (a i3) 0; last by apply: (go i3); left.
exists 1, 0; split; first by left; lra.
by move=> i; rewrite /f; case: (key i) => [->|[->|->]]; rewrite ?a1 ?a2 ?a3; ring.
Qed.

(** The hypotheses of `third` are met by [exp u_1 + exp u_2 + exp u_3] for d = 2 and k = 3. *)
Lemma reading_third_met : [/\ forall u, C2 (@exponentials 3) u, forall u, positive_definite (hess (@exponentials 3) u)
  & third_on_subspaces 2 (@exponentials 3)].
Proof. by split; [exact: exponentials_C2 | exact: exponentials_metric | exact: plane_of_no_cubes]. Qed.
