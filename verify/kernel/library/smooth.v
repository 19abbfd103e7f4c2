(** Building C^2 functions: sums, products, affine maps, functions of one variable applied to each coordinate. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** A function of one real variable is C^2: it has two derivatives everywhere, and the second is continuous. *)
Definition C2fun (s : R -> R) : Prop :=
  forall t, ex_derive s t /\ ex_derive (Derive s) t /\ continuous (Derive (Derive s)) t.

(** The same close to the point [t]. *)
Definition C2fun_at (s : R -> R) (t : R) : Prop :=
  locally t (fun r => ex_derive s r /\ ex_derive (Derive s) r /\ continuous (Derive (Derive s)) r).

(** The affine map [x |-> W x + b]. *)
Definition affine (m n : nat) (W : mat m n) (b : vec m) (x : vec n) : vec m := addv (mulv W x) b.

Section Building.
Variable n : nat.
Implicit Types (f g : vec n -> R) (x : vec n).

Lemma near_partial_plus f g x i : C1 f x -> C1 g x ->
  near x (fun y => partial f i y + partial g i y = partial (fun y => f y + g y) i y).
Proof.
move=> fC gC; apply: near_imp (near_and (C1_near fC) (C1_near gC)) => y [/(C1_ex i) fy /(C1_ex i) gy].
by rewrite -(is_derive_unique _ _ _ (partial_plus fy gy)).
Qed.

Lemma near_partial_mult f g x i : C1 f x -> C1 g x ->
  near x (fun y => partial f i y * g y + f y * partial g i y = partial (fun y => f y * g y) i y).
Proof.
move=> fC gC; apply: near_imp (near_and (C1_near fC) (C1_near gC)) => y [/(C1_ex i) fy /(C1_ex i) gy].
by rewrite -(is_derive_unique _ _ _ (partial_mult fy gy)).
Qed.

Lemma C2_plus f g x : C2 f x -> C2 g x -> C2 (fun y => f y + g y) x.
Proof.
move=> [f1 f2] [g1 g2]; split; first exact: C1_plus.
by move=> i; apply: C1_ext_near (near_partial_plus i f1 g1) _; apply: C1_plus.
Qed.

Lemma C2_mult f g x : C2 f x -> C2 g x -> C2 (fun y => f y * g y) x.
Proof.
move=> [f1 f2] [g1 g2]; split; first exact: C1_mult.
by move=> i; apply: C1_ext_near (near_partial_mult i f1 g1) _; apply: C1_plus; apply: C1_mult.
Qed.

Lemma C2_sum m (F : 'I_m -> vec n -> R) x : (forall i, C2 (F i) x) -> C2 (fun y => \sum_(i < m) F i y) x.
Proof.
elim: m F => [|m IH] F H.
  apply: (C2_ext_near (f := fun=> 0)); last exact: C2_const.
  by apply: filter_forall => y; rewrite big_ord0.
apply: (C2_ext_near (f := fun y => F ord0 y + \sum_(i < m) F (lift ord0 i) y)).
  by apply: filter_forall => y; rewrite [RHS]big_ord_recl.
by apply: C2_plus => //; apply: IH.
Qed.

Lemma C2_scal c f x : C2 f x -> C2 (fun y => c * f y) x.
Proof. by move=> H; apply: C2_mult => //; exact: C2_const. Qed.

Lemma C2_affine m (W : mat m n) b x : C2map (affine W b) x.
Proof.
move=> a; apply: C2_plus; last exact: C2_const.
by apply: C2_sum => j; apply: C2_scal; exact: C2_coord.
Qed.

Lemma partial_sum m (F : 'I_m -> vec n -> R) x i : (forall a, C1 (F a) x) ->
  partial (fun y => \sum_(a < m) F a y) i x = \sum_(a < m) partial (F a) i x.
Proof.
move=> H; apply: is_derive_unique.
by apply: is_derive_sum => a; apply: is_derive_partial; apply: C1_ex.
Qed.

Lemma partialZ c f x i : C1 f x -> partial (fun y => c * f y) i x = c * partial f i x.
Proof. by move=> _; exact: Derive_scal. Qed.

(** The Jacobian of an affine map. *)
Lemma jac_affine m (W : mat m n) b x : jac (affine W b) x = W.
Proof.
apply: functional_extensionality => a; apply: functional_extensionality => i.
rewrite /jac /comp /affine /addv /mulv.
have C j : C1 (fun y : vec n => W a j * y j) x by apply: C2_C1; apply: C2_scal; exact: C2_coord.
have -> : partial (fun y : vec n => \sum_(j < n) (W a j * y j) + b a) i x =
    partial (fun y : vec n => \sum_(j < n) (W a j * y j)) i x + partial (fun _ : vec n => b a) i x.
  by rewrite -(near_point (near_partial_plus i (C1_sum C) (C1_const (b a) x))).
rewrite partial_const Rplus_0_r partial_sum // -[RHS](sum_kron i (W a)).
by apply: eq_sum => j; rewrite partialZ ?partial_coord; [ring | exact: C1_coord].
Qed.

(** An affine map has no second derivatives. *)
Lemma hess_affine m (W : mat m n) b x a i j : hess (comp (affine W b) a) x i j = 0.
Proof.
rewrite /hess (partial_ext (g := fun=> W a j)) ?partial_const // => y.
by have := jac_affine W b y => /(congr1 (fun A => A a j)).
Qed.

(** One function of one variable applied to the coordinate [a] of a vector. *)
Lemma partial_lift (s : R -> R) (a : 'I_n) x i :
  partial (fun y => s (y a)) i x = kron i a * Derive s (x a).
Proof.
rewrite /partial /kron eq_sym; case: eqP => [->|/eqP ne].
  by rewrite (Derive_ext _ s) ?Rmult_1_l // => t; rewrite upd_at.
by rewrite (Derive_ext _ (fun=> s (x a))) ?Derive_const ?Rmult_0_l // => t; rewrite upd_other.
Qed.

Lemma cont_lift (s : R -> R) (a : 'I_n) x : continuous s (x a) -> cont (fun y => s (y a)) x.
Proof.
by move=> c; apply: (continuous_comp (fun y : fct_UniformSpace 'I_n R_UniformSpace => y a) s) => //;
  exact: (C1_cont (C1_coord a x)).
Qed.

Lemma near_coord (P : R -> Prop) (a : 'I_n) x : locally (x a) P -> near x (fun y => P (y a)).
Proof. by move=> [e H]; apply/nearP; exists e => y b; apply: H; exact: b. Qed.

Lemma C1_lift (s : R -> R) (a : 'I_n) x :
  locally (x a) (fun t => ex_derive s t /\ continuous (Derive s) t) -> C1 (fun y => s (y a)) x.
Proof.
move=> /near_coord; apply: near_imp => y [e c] i; split.
  rewrite /ex_partial; have [E|ne] := eqVneq a i.
    by subst i; apply: (ex_derive_ext s) => // t; rewrite upd_at.
  by apply: (ex_derive_ext (fun=> s (y a))) => [t|]; [rewrite upd_other | exact: ex_derive_const].
apply: (cont_ext_near (f := fun y => kron i a * Derive s (y a))).
  by apply: filter_forall => w; rewrite partial_lift.
by apply: cont_mult; [exact: cont_const | apply: cont_lift].
Qed.

Lemma C2_lift_at (s : R -> R) (a : 'I_n) x : C2fun_at s (x a) -> C2 (fun y => s (y a)) x.
Proof.
move=> H; split.
  by apply: C1_lift; apply: filter_imp H => t [? [? _]]; split=> //; apply: ex_derive_continuous.
move=> i; apply: (C1_ext_near (f := fun y => kron i a * Derive s (y a))).
  by apply: filter_forall => w; rewrite partial_lift.
by apply: C1_mult; [exact: C1_const | apply: C1_lift; apply: filter_imp H => t [_ []]].
Qed.

Lemma C2_lift (s : R -> R) (a : 'I_n) x : C2fun s -> C2 (fun y => s (y a)) x.
Proof. by move=> H; apply: C2_lift_at; apply: filter_forall. Qed.

Lemma hess_lift (s : R -> R) (a : 'I_n) x i j :
  hess (fun y => s (y a)) x i j = kron i a * kron j a * Derive (Derive s) (x a).
Proof.
rewrite /hess (partial_ext (g := fun y => kron j a * Derive s (y a))) => [|y]; last exact: partial_lift.
rewrite /partial Derive_scal -/(partial (fun y => Derive s (y a)) i x) partial_lift; ring.
Qed.
End Building.

Section Maps.
Variables d m k : nat.

Lemma C2map_comp (g : vec m -> vec k) (h : vec d -> vec m) z :
  C2map h z -> C2map g (h z) -> C2map (fun w => g (h w)) z.
Proof. by move=> hC gC a; apply: (C2_comp (L := comp g a)). Qed.

Lemma jac_comp (g : vec m -> vec k) (h : vec d -> vec m) z : C1map h z -> C1map g (h z) ->
  jac (fun w => g (h w)) z = mulm (jac g (h z)) (jac h z).
Proof.
move=> hC gC; apply: functional_extensionality => a; apply: functional_extensionality => i.
by rewrite /jac /mulm (partial_comp (L := comp g a)).
Qed.

Lemma C2_dot (rho : vec k) u : C2 (dot rho) u.
Proof. by apply: C2_sum => a; apply: C2_scal; exact: C2_coord. Qed.

Lemma grad_dot (rho : vec k) u : grad (dot rho) u = rho.
Proof.
apply: functional_extensionality => i; rewrite /grad /dot partial_sum => [|a]; last first.
  by apply: C2_C1; apply: C2_scal; exact: C2_coord.
rewrite -[RHS](sum_kron i rho); apply: eq_sum => a.
by rewrite partialZ ?partial_coord; [ring | exact: C1_coord].
Qed.

Lemma hess_dot (rho : vec k) u i j : hess (dot rho) u i j = 0.
Proof.
rewrite /hess (partial_ext (g := fun=> rho j)) ?partial_const // => y.
by have := grad_dot rho y => /(congr1 (fun v => v j)).
Qed.

(** The Hessian of [rho . h] for a fixed vector [rho] is [sum_a rho_a hess h_a]. *)
Lemma hess_dot_comp (rho : vec k) (h : vec d -> vec k) z i j : C2map h z ->
  hess (fun w => dot rho (h w)) z i j = \sum_(a < k) (rho a * hess (comp h a) z i j).
Proof.
move=> hC; have := effective_split hC (C2_dot rho (h z)); rewrite /effective => ->.
rewrite /addm /gauss_newton /interaction grad_dot -[RHS]Rplus_0_l; congr (_ + _).
rewrite /mulm -[RHS](sum0 k); apply: eq_sum => a.
rewrite (_ : \sum_(b < k) _ = 0) ?Rmult_0_r // -[RHS](sum0 k); apply: eq_sum => b.
by rewrite hess_dot Rmult_0_l.
Qed.

Lemma grad_dot_comp (rho : vec k) (h : vec d -> vec k) z : C1map h z ->
  grad (fun w => dot rho (h w)) z = mulv (tr (jac h z)) rho.
Proof. by move=> hC; rewrite (grad_comp hC (C2_C1 (C2_dot rho (h z)))) grad_dot. Qed.
End Maps.

(** A C^2 function of one variable, applied to a C^2 function. *)
Lemma C2_fun d (s : R -> R) (f : vec d -> R) z : C2 f z -> C2fun_at s (f z) -> C2 (fun w => s (f w)) z.
Proof.
move=> fC sC; apply: (C2_comp (L := fun y : vec 1 => s (y ord0)) (h := fun w (_ : 'I_1) => f w)) => //.
exact: (C2_lift_at (x := fun=> f z)).
Qed.

(** Behind an affine map the effective Hessian is [W^T H W]. *)
Lemma effective_affine d k (L : vec k -> R) (W : mat k d) b z : C2 L (affine W b z) ->
  effective L (affine W b) z = mulm (tr W) (mulm (hess L (affine W b z)) W).
Proof.
move=> LC; rewrite (effective_split (C2_affine W b z) LC) /addm /gauss_newton jac_affine.
apply: functional_extensionality => i; apply: functional_extensionality => j.
rewrite -[RHS]Rplus_0_r; congr (_ + _); rewrite /interaction -[RHS](sum0 k); apply: eq_sum => a.
by rewrite hess_affine Rmult_0_r.
Qed.

Lemma mulv_affine d k (W : mat k d) : mulv W = affine W zerov.
Proof.
apply: functional_extensionality => z; apply: functional_extensionality => i.
by rewrite /affine /addv /zerov; ring.
Qed.
